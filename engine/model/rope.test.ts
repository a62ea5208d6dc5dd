// Turning keys by plain arithmetic: as the tables of the model's graphs turn them, whatever the scaling.

import { describe, expect, test } from 'vitest';
import { ropeTables } from './import/rope-tables.ts';
import { turnBack, Turns } from './rope.ts';
import type { ModelShape, RopeScaling } from './shape.ts';

const [HEAD, CONTEXT] = [8, 64];
const SCALINGS: RopeScaling[] = [
  { kind: 'none' },
  { kind: 'linear', factor: 4 },
  { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 32 },
];

function shapeWith(ropeScaling: RopeScaling): ModelShape {
  const sizes = { layers: 1, kvHeads: 1, headSize: HEAD, context: CONTEXT };
  return { ...sizes, ropeTheta: 10_000, ropeScaling } as ModelShape;
}

function someKeys(rows: number): Float32Array {
  return Float32Array.from({ length: rows * HEAD }, (_, at) => Math.sin(7 * at + 1));
}

describe.each(SCALINGS)('with scaling $kind', (scaling) => {
  const shape = shapeWith(scaling);

  test('keys are turned by the tables of the graph, also at positions that come later', () => {
    const turns = new Turns(shape);
    const tables = ropeTables(shape);
    const half = HEAD / 2;
    // The second call reaches beyond what the first one needed, the third one back.
    for (const start of [3, 40, 0]) {
      const keys = someKeys(6);
      const target = new Float32Array(keys.length + HEAD);
      turns.write(target, HEAD, { keys, from: HEAD, start, count: 5 });
      for (let row = 0; row < 5; row++) {
        for (let pair = 0; pair < half; pair++) {
          const at = (start + row) * half + pair;
          const [cos, sin] = [tables[at]!, tables[CONTEXT * half + at]!];
          const [first, second] = [keys[(row + 1) * HEAD + pair]!, keys[(row + 1) * HEAD + half + pair]!];
          expect(target[(row + 1) * HEAD + pair]).toBeCloseTo(first * cos - second * sin, 6);
          expect(target[(row + 1) * HEAD + half + pair]).toBeCloseTo(second * cos + first * sin, 6);
        }
      }
      expect([...target.subarray(0, HEAD)]).toEqual(Array<number>(HEAD).fill(0));
    }
  });

  test('what was turned comes back but for rounding', () => {
    const keys = someKeys(20);
    const turned = new Float32Array(keys.length);
    new Turns(shape).write(turned, 0, { keys, from: 0, start: 17, count: 20 });
    expect(Math.abs(turned[0]! - keys[0]!)).toBeGreaterThan(0.01);
    const back = turnBack(turned, { start: 17, end: 37 }, shape);
    for (const [at, value] of back.entries()) expect(value).toBeCloseTo(keys[at]!, 5);
  });
});
