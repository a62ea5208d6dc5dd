// Seeded text for benchmarks: a document of plain facts, and questions about it that all begin differently.

import { seededRandom } from '../sample/random.ts';

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const PLACES = ['clinic', 'kitchen', 'library', 'garden', 'school', 'office', 'workshop', 'bakery'];

/** A document of `count` words; a longer one begins with the shorter one's words. */
export function documentOfWords(count: number, seed: number): string {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';
  const words: string[] = [];
  while (words.length < count) {
    const hour = 6 + Math.floor(random() * 13);
    words.push('On', pick(DAYS), 'the', pick(PLACES), 'opens', 'at', `${hour}:${random() < 0.5 ? '00' : '30'}.`);
  }
  return words.slice(0, count).join(' ');
}

/** Question number `index`: of one length for all, and with another beginning for each, so that none reuses another. */
export function question(index: number): string {
  const mixed = String((index * 733 + 101) % 1000).padStart(3, '0');
  return `${mixed}: when does the clinic open on ${DAYS[index % 5]}?`;
}
