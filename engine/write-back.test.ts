// Where computed rows are cut into blocks: never across a border that people share up to, never wider than the text.

import { describe, expect, test } from 'vitest';
import type { ProfileId } from './contract/profiles.ts';
import { privateScope } from './types.ts';
import { cutBlocks } from './write-back.ts';

const mine = privateScope('ana' as ProfileId);
const scopes = [
  { start: 0, end: 9, scope: 'app' as const },
  { start: 9, end: 200, scope: 'library' as const },
  { start: 200, end: 260, scope: mine },
];

describe('blocks', () => {
  test('end at every 64 tokens and where the scope changes', () => {
    expect(cutBlocks(scopes, 0, 260)).toEqual([
      { start: 0, end: 64, scope: 'library' },
      { start: 64, end: 128, scope: 'library' },
      { start: 128, end: 192, scope: 'library' },
      { start: 192, end: 200, scope: 'library' },
      { start: 200, end: 260, scope: mine },
    ]);
  });

  test('go on from where the cache ended, also in mid-scope', () => {
    expect(cutBlocks(scopes, 150, 230)).toEqual([
      { start: 150, end: 200, scope: 'library' },
      { start: 200, end: 230, scope: mine },
    ]);
    expect(cutBlocks(scopes, 260, 260)).toEqual([]);
  });

  test('a short shared beginning takes the narrower scope of what follows it, never the other way round', () => {
    const short = [
      { start: 0, end: 20, scope: 'app' as const },
      { start: 20, end: 100, scope: mine },
    ];
    expect(cutBlocks(short, 0, 100)).toEqual([
      { start: 0, end: 64, scope: mine },
      { start: 64, end: 100, scope: mine },
    ]);
  });

  test('cover all positions once, in order, whatever the borders', () => {
    for (let border = 1; border < 200; border += 7) {
      const two = [
        { start: 0, end: border, scope: 'library' as const },
        { start: border, end: 200, scope: mine },
      ];
      const cuts = cutBlocks(two, 0, 200);
      expect(cuts.map((cut) => cut.start)).toEqual([0, ...cuts.slice(0, -1).map((cut) => cut.end)]);
      expect(cuts.at(-1)?.end).toBe(200);
      expect(cuts.every((cut) => cut.end - cut.start <= 64)).toBe(true);
      expect(cuts.every((cut) => cut.end <= border || cut.scope === mine)).toBe(true);
    }
  });
});
