// Signatures against the angles they stand for.

import { expect, test } from 'vitest';
import { candidates, signatures } from './lsh.ts';
import { randomVector } from './test-words.ts';

const WIDTH = 96;

function vectors(count: number, seed: string): Float32Array {
  const all = new Float32Array(count * WIDTH);
  for (let row = 0; row < count; row++) all.set(randomVector(`${seed} ${row}`, WIDTH), row * WIDTH);
  return all;
}

function cosine(left: Float32Array, right: Float32Array): number {
  let [dot, a, b] = [0, 0, 0];
  left.forEach((value, lane) => {
    dot += value * (right[lane] ?? 0);
    a += value ** 2;
    b += (right[lane] ?? 0) ** 2;
  });
  return dot / Math.sqrt(a * b);
}

function bitsApart(all: Uint32Array, one: number, other: number): number {
  let bits = 0;
  for (let word = 0; word < 8; word++) {
    const different = ((all[one * 8 + word] ?? 0) ^ (all[other * 8 + word] ?? 0)) >>> 0;
    bits += different.toString(2).replaceAll('0', '').length;
  }
  return bits;
}

test('the share of bits that differ is the angle, as with independent hyperplanes', () => {
  const base = vectors(60, 'base');
  const noise = vectors(60, 'noise');
  const mixed = base.map((value, at) => value + (Math.floor(at / WIDTH) % 6) * 0.4 * (noise[at] ?? 0));
  const all = new Float32Array([...base, ...mixed]);
  const signs = signatures(all, WIDTH);
  const errors = Array.from({ length: 60 }, (_, row) => {
    const angle = Math.acos(
      cosine(all.subarray(row * WIDTH, (row + 1) * WIDTH), all.subarray((row + 60) * WIDTH, (row + 61) * WIDTH)),
    );
    return bitsApart(signs, row, row + 60) / 256 - angle / Math.PI;
  });
  expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.13);
  expect(Math.abs(errors.reduce((sum, error) => sum + error, 0) / 60)).toBeLessThan(0.02);
});

test('a vector is among the candidates of its noisy copy, nearest first', () => {
  const base = vectors(300, 'base');
  const noise = vectors(300, 'noise');
  const copies = base.map((value, at) => value + 0.4 * (noise[at] ?? 0));
  const found = candidates(signatures(copies, WIDTH), signatures(base, WIDTH), 8);
  const first = Array.from({ length: 300 }, (_, row) => found[row * 8] === row);
  expect(first.filter(Boolean).length).toBeGreaterThan(295);
});

test('the same vectors have the same signatures at every call, whatever their length', () => {
  const base = vectors(5, 'base');
  expect(signatures(base, WIDTH)).toEqual(signatures(base, WIDTH));
  expect(
    signatures(
      base.map((value) => 7 * value),
      WIDTH,
    ),
  ).toEqual(signatures(base, WIDTH));
});

test('where there are fewer vectors than candidates the rest is -1', () => {
  const signs = signatures(vectors(2, 'base'), WIDTH);
  expect([...candidates(signs, signs, 4)].sort((a, b) => a - b)).toEqual([-1, -1, -1, -1, 0, 0, 1, 1]);
});
