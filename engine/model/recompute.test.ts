// Rows computed out of order: any rows, in any cut, give what a full prefill gives, and hidden rows are as if absent.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { continueGreedily } from '../testing/greedy-answer.ts';
import { largestDifference, openTinyModel, planeRows, positionsOf, someTokens } from '../testing/open-tiny-model.ts';
import { referenceLogits } from '../testing/reference-forward.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { Model } from './forward.ts';
import type { KvBuffer } from './kv-buffer.ts';

const work = temporaryFolder();
const ROWS = 150;
const IDS = Int32Array.from(someTokens(ROWS));
/** fp32 noise of sums in another order. */
const NOISE = 1e-5;
let model: Model;
let full: { kv: KvBuffer; logits: Float32Array };

beforeAll(async () => {
  model = await openTinyModel(work, { seed: 3, layers: 7, context: 256 });
  full = await prefilled(IDS);
});
afterAll(() => model.close());

async function prefilled(ids: Int32Array): Promise<{ kv: KvBuffer; logits: Float32Array }> {
  const kv = model.newKvBuffer();
  return { kv, logits: (await model.forward(kv, ids, { logits: 'last' })).logits! };
}

/** A sequence of the right length with rows of another text in it. */
async function wrongRows(): Promise<KvBuffer> {
  return (await prefilled(Int32Array.from(someTokens(ROWS, 99)))).kv;
}

const idsAt = (positions: Int32Array): Int32Array => Int32Array.from(positions, (position) => IDS[position]!);

function expectFull(kv: KvBuffer): void {
  const exported = [kv.exportRows(0, ROWS), full.kv.exportRows(0, ROWS)] as const;
  expect(largestDifference(exported[0].k, exported[1].k)).toBeLessThan(NOISE);
  expect(largestDifference(exported[0].v, exported[1].v)).toBeLessThan(NOISE);
  const rotated = [kv, full.kv].map((each) => planeRows(each, 'rotatedK', { model, end: ROWS }));
  expect(largestDifference(rotated[0]!, rotated[1]!)).toBeLessThan(NOISE);
}

/** Every position once, dealt into `parts` ascending hands. */
function scattered(parts: number): Int32Array[] {
  const order = someTokens(ROWS, 7);
  return Array.from({ length: parts }, (_, part) =>
    positionsOf(0, ROWS).filter((position) => order[position]! % parts === part),
  );
}

describe('computing rows again', () => {
  test('all of them, in ascending chunks with gaps between rows, replaces what was there by a full prefill', async () => {
    const kv = await wrongRows();
    for (let start = 0; start < ROWS; start += 50) {
      const positions = positionsOf(start, Math.min(start + 50, ROWS));
      await model.forward(kv, idsAt(positions), { logits: 'none', positions });
    }
    expectFull(kv);
    for (const positions of scattered(3)) await model.forward(kv, idsAt(positions), { logits: 'none', positions });
    expectFull(kv);
  });

  test('some of them in one run is the same as in chunks', async () => {
    const chosen = scattered(4)[1]!;
    const [atOnce, inChunks] = [await wrongRows(), await wrongRows()];
    await model.forward(atOnce, idsAt(chosen), { logits: 'none', positions: chosen });
    for (let at = 0; at < chosen.length; at += 11) {
      const positions = chosen.slice(at, at + 11);
      await model.forward(inChunks, idsAt(positions), { logits: 'none', positions });
    }
    for (const plane of ['rotatedK', 'v'] as const) {
      const rows = [atOnce, inChunks].map((kv) => planeRows(kv, plane, { model }));
      expect(largestDifference(rows[0]!, rows[1]!)).toBeLessThan(NOISE);
    }
  });

  test('leaves the rows that were not asked for as they were, bit by bit', async () => {
    const [kv, before] = [await wrongRows(), await wrongRows()];
    const positions = Int32Array.of(10, 11, 40, 149);
    await model.forward(kv, idsAt(positions), { logits: 'none', positions });
    expect(kv.exportRows(12, 40)).toEqual(before.exportRows(12, 40));
    expect(kv.exportRows(41, 149)).toEqual(before.exportRows(41, 149));
    expect(kv.exportRows(10, 11)).not.toEqual(before.exportRows(10, 11));
  });

  test('together with a new token gives the new token what an exact sequence gives it', async () => {
    const kv = (await prefilled(IDS)).kv;
    const repaired = Int32Array.of(3, 50, 51, 120);
    const spoil = await wrongRows();
    for (const row of repaired) await model.place(kv, row, [spoil.exportRows(row, row + 1)]);
    const wrong = await model.forward(kv, [9], { logits: 'last' });
    kv.truncate(ROWS);
    const positions = Int32Array.of(...repaired, ROWS);
    const right = await model.forward(kv, [...idsAt(repaired), 9], { logits: 'last', positions });
    expect(kv.rows).toBe(ROWS + 1);
    const exact = await prefilled(Int32Array.of(...IDS, 9));
    expect(largestDifference(right.logits!, exact.logits)).toBeLessThan(NOISE);
    expect(largestDifference(wrong.logits!, exact.logits)).toBeGreaterThan(1e-3);
  });

  test('refuses positions that do not ascend, leave a gap, or are not one per token', async () => {
    const kv = (await prefilled(IDS)).kv;
    for (const positions of [[5, 5], [6, 5], [5, ROWS + 1], [ROWS + 1, ROWS + 2], [-1, 3], [5], [ROWS - 1, ROWS + 1]]) {
      const request = model.forward(kv, [8, 8], { logits: 'none', positions: Int32Array.from(positions) });
      await expect(request).rejects.toThrow(RangeError);
    }
    await expect(model.shallow(kv, [8], Int32Array.of(ROWS))).rejects.toThrow(RangeError);
    expect(kv.exportRows(0, ROWS)).toEqual(full.kv.exportRows(0, ROWS));
  });
});

describe('plain prefill', () => {
  test('is bit-equal when its positions are spelled out, and when both segments are run one after the other', async () => {
    const [named, split] = [model.newKvBuffer(), model.newKvBuffer()];
    const positions = positionsOf(0, ROWS);
    const first = await model.forward(named, IDS, { logits: 'last', positions });
    expect(first.logits).toEqual(full.logits);
    expect(named.exportRows(0, ROWS)).toEqual(full.kv.exportRows(0, ROWS));
    split.extend(ROWS);
    const x = await model.shallow(split, IDS, positions);
    expect(split.isHidden(0)).toBe(true);
    const second = await model.deep(split, x, { positions, logits: 'last' });
    expect(split.isHidden(0)).toBe(false);
    expect(second.logits).toEqual(full.logits);
    expect(split.exportRows(0, ROWS)).toEqual(full.kv.exportRows(0, ROWS));
  });

  test('with queries asked for is bit-equal to without', async () => {
    const kv = model.newKvBuffer();
    const { logits } = await model.forward(kv, IDS, { logits: 'last', queries: true });
    expect(logits).toEqual(full.logits);
    expect(kv.exportRows(0, ROWS)).toEqual(full.kv.exportRows(0, ROWS));
  });

  test('of the shallow segment in chunks sees the shallow rows before it, though they are hidden', async () => {
    const kv = model.newKvBuffer();
    kv.extend(ROWS);
    const xs: number[] = [];
    for (let start = 0; start < ROWS; start += 37) {
      const positions = positionsOf(start, Math.min(start + 37, ROWS));
      xs.push(...(await model.shallow(kv, idsAt(positions), positions)));
    }
    const { logits } = await model.deep(kv, Float32Array.from(xs), { positions: positionsOf(0, ROWS), logits: 'last' });
    expect(largestDifference(logits!, full.logits)).toBeLessThan(NOISE);
    expectFull(kv);
  });
});

describe('logits', () => {
  test('after every row are those of step by step, and of a plain implementation', async () => {
    const [atOnce, stepwise] = [model.newKvBuffer(), model.newKvBuffer()];
    const ids = IDS.slice(0, 20);
    const { logits } = await model.forward(atOnce, ids, { logits: 'all' });
    const { vocabulary } = model.shape;
    expect(logits).toHaveLength(ids.length * vocabulary);
    const expected = await referenceLogits(join(work, 'source'), model.shape, [...ids]);
    for (const [row, id] of ids.entries()) {
      const step = await model.forward(stepwise, [id], { logits: 'last' });
      const own = logits!.subarray(row * vocabulary, (row + 1) * vocabulary);
      expect(largestDifference(own, step.logits!)).toBeLessThan(NOISE);
      expect(largestDifference(own, expected[row]!)).toBeLessThan(1e-4);
    }
  });
});

describe('hidden rows', () => {
  test('have no effect, whatever is in them', async () => {
    const kv = model.newKvBuffer();
    await model.forward(kv, IDS.slice(0, 100), { logits: 'none' });
    kv.hide(20, 50);
    kv.hide(99, 100);
    const next = await model.forward(kv, [8, 9], { logits: 'last' });
    kv.truncate(100);
    const spoil = await wrongRows();
    await model.place(kv, 20, [spoil.exportRows(20, 50)]);
    await model.place(kv, 99, [spoil.exportRows(0, 1)]);
    const shown = await model.forward(kv, [8, 9], { logits: 'last' });
    expect(largestDifference(shown.logits!, next.logits!)).toBeGreaterThan(1e-3);
    kv.truncate(100);
    kv.hide(20, 50);
    kv.hide(99, 100);
    expect(await model.forward(kv, [8, 9], { logits: 'last' })).toEqual(next);
  });

  test('at the end of a prompt are filled in later as if nothing had been between', async () => {
    const kv = model.newKvBuffer();
    await model.forward(kv, IDS.slice(0, 60), { logits: 'none' });
    kv.extend(ROWS);
    for (const [start, end] of [
      [60, 90],
      [90, ROWS],
    ] as const) {
      const positions = positionsOf(start, end);
      await model.forward(kv, idsAt(positions), { logits: 'none', positions });
    }
    expectFull(kv);
  });
});

describe('the deep segment alone', () => {
  test('that is not to write gives the same and changes nothing', async () => {
    const kv = await wrongRows();
    kv.hide(30, 40);
    const positions = Int32Array.of(20, 30, 31, 32, 100);
    const x = await model.shallow(kv, idsAt(positions), positions);
    const state = (each: KvBuffer) => [
      planeRows(each, 'rotatedK', { model }),
      planeRows(each, 'v', { model }),
      each.seenBy('deep', each.rows),
      each.rows,
      each.revision,
    ];
    const before = state(kv);
    const want = { positions, logits: 'all', queries: true } as const;
    const looked = await model.deep(kv, x, { ...want, write: false });
    expect(state(kv)).toEqual(before);
    expect(await model.deep(kv, x, want)).toEqual(looked);
    expect(kv.isHidden(30)).toBe(false);
    expect(kv.isHidden(33)).toBe(true);
  });
});

describe('placing cached rows', () => {
  test('puts them where they are told and turns them to that place as loading them there does, but for rounding', async () => {
    const kv = model.newKvBuffer();
    await model.forward(kv, IDS.slice(0, 10), { logits: 'none' });
    kv.extend(100);
    const blocks = [full.kv.exportRows(20, 40), full.kv.exportRows(40, 64)];
    await model.place(kv, 30, blocks);
    expect([29, 30, 73, 74].map((row) => kv.isHidden(row))).toEqual([true, false, false, true]);
    const loaded = model.newKvBuffer();
    await model.load(loaded, [full.kv.exportRows(0, 30), ...blocks]);
    for (const plane of ['rotatedK', 'v'] as const) {
      const range = { model, start: 30, end: 74 };
      expect(largestDifference(planeRows(kv, plane, range), planeRows(loaded, plane, range))).toBeLessThan(1e-5);
    }
    const [moved, original] = [kv.exportRows(30, 74), full.kv.exportRows(20, 64)];
    expect(moved).toEqual(original);
  });

  test('turns each key by the distance it was moved', async () => {
    const kv = model.newKvBuffer();
    kv.extend(120);
    await model.place(kv, 71, [full.kv.exportRows(20, 60)]);
    const { headSize, ropeTheta, layers, kvHeads } = model.shape;
    const [from, to] = [
      planeRows(full.kv, 'rotatedK', { model, start: 20, end: 60 }),
      planeRows(kv, 'rotatedK', { model, start: 71, end: 111 }),
    ];
    const half = headSize / 2;
    const turned = from.map((value, index) => {
      const dimension = index % headSize;
      const angle = 51 * ropeTheta ** (-(dimension % half) / half);
      const other = from[dimension < half ? index + half : index - half]!;
      return value * Math.cos(angle) + (dimension < half ? -1 : 1) * other * Math.sin(angle);
    });
    expect(from).toHaveLength(layers * kvHeads * 40 * headSize);
    expect(largestDifference(turned, to)).toBeLessThan(1e-4);
  });

  test('beyond the rows in use, or of another model, is refused', async () => {
    const kv = model.newKvBuffer();
    kv.extend(10);
    await expect(model.place(kv, 5, [full.kv.exportRows(0, 6)])).rejects.toThrow(RangeError);
    const foreign = { count: 2, k: new Float32Array(8), v: new Float32Array(8) };
    await expect(model.place(kv, 0, [foreign])).rejects.toThrow('another model');
    expect(kv.isHidden(0)).toBe(true);
  });

  test('a sequence of placed and computed rows goes on as one that was computed', async () => {
    const kv = model.newKvBuffer();
    kv.extend(ROWS);
    await model.place(kv, 0, [full.kv.exportRows(0, 64)]);
    await model.place(kv, 100, [full.kv.exportRows(100, 140)]);
    for (const [start, end] of [
      [64, 100],
      [140, ROWS - 1],
    ] as const) {
      const positions = positionsOf(start, end);
      await model.forward(kv, idsAt(positions), { logits: 'none', positions });
    }
    const positions = Int32Array.of(ROWS - 1);
    const { logits } = await model.forward(kv, idsAt(positions), { logits: 'last', positions });
    expect(largestDifference(logits!, full.logits)).toBeLessThan(NOISE);
    const continued = await continueGreedily(model, { kv, logits: logits! }, 12);
    const expected = await prefilled(IDS);
    expect(continued).toEqual(await continueGreedily(model, expected, 12));
  });
});

describe('embedding', () => {
  test('gives the rows of the table that the shallow segment starts from', async () => {
    const embedded = await model.embed([7, 9, 7]);
    const { hidden } = model.shape;
    expect(embedded).toHaveLength(3 * hidden);
    expect(embedded.subarray(0, hidden)).toEqual(embedded.subarray(2 * hidden));
    expect(embedded.subarray(0, hidden)).not.toEqual(embedded.subarray(hidden, 2 * hidden));
    await expect(model.embed([model.shape.vocabulary])).rejects.toThrow('not in the vocabulary');
  });
});
