// Texts for measuring speed differ enough that none reuses another, and not in their length.

import { expect, test } from 'vitest';
import { seededRandom } from '../sample/random.ts';
import { lockerList, longSystemText, shortSystemText } from './speed-text.ts';

test('lines and system texts all have one length, and no two lists share a line', () => {
  const random = seededRandom(1);
  const [one, other] = [lockerList(300, random).split('\n'), lockerList(300, random).split('\n')];
  expect(new Set([...one, ...other].map((line) => line.length)).size).toBe(1);
  expect(new Set([...one, ...other]).size).toBe(600);
  const systems = Array.from({ length: 20 }, () => longSystemText(random));
  expect(new Set(systems).size).toBe(20);
  expect(new Set(systems.map((text) => text.length)).size).toBe(1);
  expect(shortSystemText(random).length).toBeLessThan(systems[0]!.length);
});
