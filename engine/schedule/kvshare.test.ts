// KVShare's two stages in a sequence: the prefill computes again what its score puts first, and decoding three rows
// more with each step. `off` is the oracle. On a tiny model with seeded weights.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { likeliest } from '../metrics/divergence.ts';
import { LoadSpeed } from '../metrics/load-speed.ts';
import { PrefillSpeed } from '../metrics/prefill-speed.ts';
import type { Model } from '../model/forward.ts';
import type { Deviation } from '../model/row-scores.ts';
import { BURSTS } from '../plan/approximate.ts';
import { kvshareWith } from '../plan/policies/kvshare.ts';
import type { KvshareOptions } from '../plan/policies/kvshare.ts';
import type { RepairSchedule } from '../plan/reuse-plan.ts';
import { matchOf, promptOf, spanOf, wishOf } from '../plan/test-finds.ts';
import { openTinyModel, positionsOf, someTokens } from '../testing/open-tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { KvRows } from '../types.ts';
import type { SpanSource } from './approximate-prefill.ts';
import { Sequence } from './sequence.ts';
import type { SequenceWork } from './sequence.ts';

const SPANS = [spanOf(10, 70), spanOf(80, 140)];
const tokens = Int32Array.from(someTokens(150, 4));
let model: Model;
let exact: Sequence;
beforeAll(async () => {
  model = await openTinyModel(temporaryFolder(), { seed: 2, layers: 6, context: 256 });
  exact = await run({ approximate: null });
});
afterAll(() => model.close());

async function run(work: Pick<SequenceWork, 'approximate'> & Partial<SequenceWork>): Promise<Sequence> {
  const whole = {
    tokens,
    reuse: [],
    maxTokens: 20,
    eosTokenIds: [],
    draft: null,
    signal: new AbortController().signal,
  };
  const sequence = new Sequence(
    { ...whole, sampler: () => likeliest, ...work },
    { model, speed: new PrefillSpeed(), loadSpeed: new LoadSpeed() },
  );
  while (!sequence.done) await sequence.step();
  for await (const _ of sequence.events());
  return sequence;
}

/** The right rows of the spans, except for the values at the `wrong` positions, which are far off. */
function sources(wrong: readonly number[]): SpanSource[] {
  return SPANS.map(({ start, end }) => ({
    start,
    end,
    rows: () => spoilt(exact.kv.exportRows(start, end), start, wrong),
  }));
}

function spoilt({ count, k, v }: KvRows, start: number, wrong: readonly number[]): KvRows {
  const rowOf = (at: number) => start + (Math.floor(at / model.shape.headSize) % count);
  return { count, k, v: v.map((value, at) => (wrong.includes(rowOf(at)) ? 3 * value + 1 : value)) };
}

/** As the policy plans it for spans behind no prefix. */
function kvshare(options: Partial<KvshareOptions>, wrong: readonly number[], repair?: RepairSchedule | null) {
  const plan = kvshareWith(options).plan(promptOf(tokens.length), matchOf(0, SPANS), wishOf()).approximate!;
  return run({ approximate: { plan: repair === undefined ? plan : { ...plan, repair }, sources: sources(wrong) } });
}

/** The two factors, by the model itself, for rows that are all wrong. */
async function deviation(wrong: number[]): Promise<Deviation> {
  const kv = model.newKvBuffer();
  kv.extend(tokens.length);
  for (const { start, rows } of sources(wrong)) await model.place(kv, start, [rows()!]);
  const y = await model.shallow(kv, tokens, positionsOf(0, tokens.length));
  const fresh = [...positionsOf(0, tokens.length)].filter((row) => !wrong.includes(row));
  const positions = Int32Array.of(...wrong, ...fresh);
  const { hidden } = model.shape;
  const picked = Float32Array.from([...positions].flatMap((row) => [...y.subarray(row * hidden, (row + 1) * hidden)]));
  return model.deviation(kv, { y: picked, positions }, fresh.length);
}

function difference(one: Sequence): number {
  const [left, right] = [one, exact].map(({ kv }) => kv.exportRows(0, tokens.length).v);
  return left!.reduce((most, value, at) => Math.max(most, Math.abs(value - right![at]!)), 0);
}

describe('the prefill', () => {
  const wrong = [12, 40, 41, 95, 130, 139];

  test('computes again the single rows that are wrong, wherever they stand', async () => {
    const one = await kvshare({ recomputeShare: 6 / 120, repair: 'none' }, wrong);
    expect([...one.recomputed]).toEqual(wrong);
    expect(difference(one)).toBeLessThan(1e-4);
    expect(one.output).toEqual(exact.output);
  });

  test('takes those with the highest product of attention, of all fresh rows, and change', async () => {
    const everywhere = SPANS.flatMap(({ start, end }) => [...positionsOf(start, end)]);
    const one = await kvshare({ recomputeShare: 0.1, repair: 'none' }, everywhere);
    const { attention, change } = await deviation(everywhere);
    const best = (scores: Float32Array) =>
      [...positionsOf(0, 120)]
        .toSorted((a, b) => scores[b]! - scores[a]!)
        .slice(0, 12)
        .map((index) => everywhere[index]!)
        .toSorted((a, b) => a - b);
    expect([...one.recomputed]).toEqual(best(attention.map((value, index) => value * change[index]!)));
    expect(best(attention)).not.toEqual([...one.recomputed]);
    expect(best(change)).not.toEqual([...one.recomputed]);
  });

  test('counts what choosing costs', async () => {
    const { layers, boundary } = model.shape;
    const one = await kvshare({ recomputeShare: 0.2, repair: 'none' }, []);
    // All through the shallow layers, a quarter of a layer to look, and the deep layers for what is fresh or chosen.
    expect(one.rowLayers).toBe(150 * boundary + 150 * 0.25 + (30 + 24) * (layers - boundary));
    const none = await kvshare({ recomputeShare: 0, repair: 'none' }, []);
    expect(none.rowLayers).toBe(30 * layers);
  });

  test('of the first version computes placeholders alone, and leaves wrong rows as they are', async () => {
    const one = await kvshare({ version: 1 }, wrong);
    expect(one.recomputed).toHaveLength(0);
    expect(one.rowLayers).toBe(30 * model.shape.layers);
    expect(one.repairedTokens).toBe(0);
    expect(difference(one)).toBeGreaterThan(0.1);
  });
});

describe('decoding', () => {
  test('computes three rows again with every step but the first', async () => {
    const one = await kvshare({ recomputeShare: 0.1 }, []);
    expect(one.output).toEqual(exact.output);
    // Twenty tokens take nineteen steps.
    expect(one.repairedTokens).toBe(18 * 3);
    const inBursts = Math.floor(19 / BURSTS.everySteps) * BURSTS.rows;
    expect((await kvshare({ recomputeShare: 0.1, repair: 'bursts' }, [])).repairedTokens).toBe(inBursts);
    expect((await kvshare({ recomputeShare: 0.1, repair: 'none' }, [])).repairedTokens).toBe(0);
  });

  test('ends when all rows are done, and they are right then', async () => {
    const one = await run({
      maxTokens: 50,
      approximate: {
        plan: kvshareWith({ recomputeShare: 0.1 }).plan(promptOf(150), matchOf(0, SPANS), wishOf()).approximate!,
        sources: sources([]),
      },
    });
    expect(one.repairedTokens).toBe(120 - 12);
    expect(difference(one)).toBeLessThan(1e-4);
  });

  test('takes the rows first that were found to be wrong', async () => {
    // Two of five are computed by the prefill; the others come with the first repair.
    const wrong = [12, 40, 41, 95, 130];
    const one = await run({
      maxTokens: 3,
      approximate: {
        plan: kvshareWith({ recomputeShare: 2 / 120 }).plan(promptOf(150), matchOf(0, SPANS), wishOf()).approximate!,
        sources: sources(wrong),
      },
    });
    expect(one.repairedTokens).toBe(3);
    const left = wrong.filter((row) => !one.recomputed.includes(row));
    expect(left).toHaveLength(3);
    const [kept, placed] = [one.kv.exportRows(0, 150), spoilt(exact.kv.exportRows(0, 150), 0, wrong)];
    const last = (rows: KvRows, row: number) => rows.v[rows.v.length - (150 - row) * model.shape.headSize];
    for (const row of left) expect(last(kept, row)).not.toBe(last(placed, row));
    const others = [11, 39, 42, 94, 129].filter((row) => !one.recomputed.includes(row));
    expect(others).toHaveLength(5);
    for (const row of others) expect(last(kept, row)).toBe(last(placed, row));
  });
});
