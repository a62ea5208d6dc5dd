// What the people of scenario `fuzz` read, write and choose, drawn at random. Knows no engine.

import type { TurnOptions } from '../contract/chat.ts';

/** Numbers in [0, 1). */
export type Random = () => number;

/** How a turn is asked for, and whether its answer must be that of `off`. */
export type Way = TurnOptions & { isExact: boolean };

const WORDS = [
  'lamp',
  'clinic',
  'soup',
  '12',
  'Tuesday',
  'Ana',
  'key',
  'red',
  'bus',
  '0.5 mg',
  'garden',
  'never',
  'room 7',
];

export const SYSTEMS = [
  undefined,
  'Be brief and exact.',
  'You answer for the clinic, with care and in full sentences.',
];

export const WAYS: readonly Way[] = [
  { policy: 'exact', isExact: true },
  { policy: 'hearth', quality: 'exact', isExact: true },
  { policy: 'hearth', quality: 'balanced', verify: true, isExact: true },
  { policy: 'hearth', quality: 'fast', verify: true, isExact: true },
  { policy: 'hearth', quality: 'balanced', isExact: false },
  { policy: 'hearth', quality: 'balanced', isExact: false },
  { policy: 'hearth', quality: 'fast', isExact: false },
  { policy: 'kvshare', isExact: false },
  { policy: 'semsharekv', isExact: false },
];

/** Small, so that blocks leave memory and disk all the time; the second ones also make a full cache shrink. */
export const LIMITS = [
  { cacheQuotaBytes: 40_000_000, memoryBudgetBytes: 8_000_000 },
  { cacheQuotaBytes: 24_000_000, memoryBudgetBytes: 4_000_000 },
] as const;

const DOCUMENTS = 4;
const FIRST_SENTENCES = 12;
const LEAST_SENTENCES = 6;
const MOST_SENTENCES = 24;

export function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T;
}

export function sentence(random: Random): string {
  return `${Array.from({ length: 4 + Math.floor(random() * 6) }, () => pick(WORDS, random)).join(' ')}.`;
}

/** Documents that change over the days; old versions stay in the chats that have them. */
export class ChangingTexts {
  readonly #texts: string[][];

  constructor(random: Random) {
    this.#texts = Array.from({ length: DOCUMENTS }, () =>
      Array.from({ length: FIRST_SENTENCES }, () => sentence(random)),
    );
  }

  /** One or two, as they are now; both may be the same. */
  some(random: Random): string[] {
    return Array.from({ length: 1 + Math.floor(random() * 2) }, () => pick(this.#texts, random).join('\n'));
  }

  /** A document is changed for good: a sentence goes, comes, or says something else. */
  edit(random: Random): void {
    const text = pick(this.#texts, random);
    const at = Math.floor(random() * text.length);
    const kind = random();
    if (text.length > (kind < 0.3 ? LEAST_SENTENCES : MOST_SENTENCES)) text.splice(at, 1);
    else text.splice(at, kind < 0.6 ? 1 : 0, sentence(random));
  }
}
