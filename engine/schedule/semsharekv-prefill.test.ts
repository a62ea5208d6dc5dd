// Sequences over a layered plan: what they compute, drop and hold, against a full prefill. On a tiny model with seeded
// weights; the cached rows are those of an earlier prompt in which every seventh token was another one.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { likeliest } from '../metrics/divergence.ts';
import { LoadSpeed } from '../metrics/load-speed.ts';
import { PrefillSpeed } from '../metrics/prefill-speed.ts';
import { turnReport } from '../metrics/turn-report.ts';
import type { Model } from '../model/forward.ts';
import { planeFloatsPerRow } from '../model/shape.ts';
import type { FoundSpan } from '../match/found-span.ts';
import { SEMSHAREKV } from '../plan/policies/semsharekv.ts';
import type { ApproximatePlan, LayeredPlan } from '../plan/reuse-plan.ts';
import { retainedRows } from '../plan/policies/semsharekv-rows.ts';
import { largestDifference, openTinyModel, positionsOf, someTokens } from '../testing/open-tiny-model.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { KvRows } from '../types.ts';
import type { SpanSource } from './approximate-prefill.ts';
import { SemsharekvPrefill } from './semsharekv-prefill.ts';
import { Sequence } from './sequence.ts';
import type { SequenceWork } from './sequence.ts';

const PREFIX = 20;
const SPANS = [
  { start: 24, end: 130 },
  { start: 140, end: 199 },
];
const LENGTH = 200;
const MATCHED = SPANS.reduce((sum, { start, end }) => sum + end - start, 0);
const LAYERS = 12;
const tokens = Int32Array.from(someTokens(LENGTH));
const earlier = tokens.map((id, at) => (at >= PREFIX && at % 7 === 0 ? ((id + 91) % 300) + 5 : id));
const ALL = { first: 1, last: 1 };
const KEPT = { first: 1, peak: 2 };
const EVERYTHING: LayeredPlan = { highDeviation: 1, recovery: 1, recompute: ALL, retain: KEPT };
let model: Model;
let exact: Sequence;
let expected: Float32Array[];
let donor: Sequence;

beforeAll(async () => {
  model = await openTinyModel(temporaryFolder(), { seed: 1, layers: LAYERS });
  ({ sequence: exact, logits: expected } = await answered({}));
  ({ sequence: donor } = await answered({ tokens: earlier }));
});
afterAll(() => model.close());

/** Led along the tokens of the exact answer, once there is one. */
async function answered(work: Partial<SequenceWork>): Promise<{ sequence: Sequence; logits: Float32Array[] }> {
  const logits: Float32Array[] = [];
  const sequence = new Sequence(
    {
      tokens,
      reuse: [],
      approximate: null,
      maxTokens: 8,
      eosTokenIds: [],
      sampler: () => (each, output) => {
        logits.push(each.slice());
        return exact?.output[output.length] ?? likeliest(each);
      },
      draft: null,
      signal: new AbortController().signal,
      ...work,
    },
    { model, speed: new PrefillSpeed(), loadSpeed: new LoadSpeed() },
  );
  while (!sequence.done) await sequence.step();
  for await (const _ of sequence.events());
  return { sequence, logits };
}

const blockOf = (of: Sequence, start: number, end: number): KvRows => of.kv.exportRows(start, end);

/** In pieces, some of them parts of a block. */
function sources(of: Sequence = donor): SpanSource[] {
  return SPANS.flatMap(({ start, end }) => {
    const block = blockOf(of, start - 4, end);
    const middle = start + 30;
    const whole = (offset: number) => ({ rows: () => block, offset });
    return [
      { start, end: middle, rows: () => blockOf(of, start, middle), whole: whole(4) },
      { start: middle, end, rows: () => blockOf(of, middle, end), whole: whole(34) },
    ];
  });
}

const prefix = () => [
  { start: 0, end: 12, rows: () => blockOf(exact, 0, 12) },
  { start: 12, end: PREFIX, rows: () => blockOf(exact, 12, PREFIX) },
];

function layered(changes: Partial<LayeredPlan>, from = sources(), verify = false): Partial<SequenceWork> {
  const plan: ApproximatePlan = {
    spans: SPANS.map((span) => ({ ...span, origin: 'similar', context: 'other', rows: [] })),
    forced: [],
    recomputeTokens: 0,
    selector: { influence: false, relevance: false, keyTerm: false, grouping: false },
    repair: null,
    verify,
    layered: { ...SEMSHAREKV, ...changes },
  };
  return { reuse: prefix(), approximate: { plan, sources: from } };
}

/** By segment, mean attention on each row of the prompt, of all queries that see it, where everything is computed. */
async function attentionOfAll(): Promise<Float64Array[]> {
  const segmented = await model.segmented();
  const rows = segmented.newRows();
  const positions = positionsOf(0, LENGTH);
  const attention: Float64Array[] = [];
  let input: Int32Array | Float32Array = tokens;
  for (const [segment, held] of rows.segments.entries()) {
    held.extend(LENGTH);
    const ran = await segmented.run(rows, segment, { rows: positions, positions, input, asked: positions });
    const sums = await segmented.attention(rows, segment, { queries: ran.queries!, positions });
    attention.push(sums.map((sum, row) => sum / (LENGTH - row)));
    input = ran.y;
  }
  return attention;
}

const differences = (logits: Float32Array[]) => logits.map((each, at) => largestDifference(each, expected[at]!));

describe('with everything computed again and everything kept', () => {
  test('gives the logits of a full prefill, at the end of the prompt and while decoding', async () => {
    const { sequence, logits } = await answered(layered(EVERYTHING));
    expect(Math.max(...differences(logits))).toBeLessThan(1e-4);
    expect(sequence.reusedTokens).toBe(PREFIX);
    expect(sequence.recomputed).toHaveLength(MATCHED);
    expect(sequence.dropsRows).toBe(false);
  });

  test('so it does from rows of this very prompt, with nothing computed again', async () => {
    const none = { ...EVERYTHING, recompute: { first: 0, last: 0 } };
    const own = await answered(layered(none, sources(exact)));
    expect(Math.max(...differences(own.logits))).toBeLessThan(1e-4);
    expect(own.sequence.recomputed).toHaveLength(0);
    const others = await answered(layered(none));
    expect(Math.max(...differences(others.logits))).toBeGreaterThan(1e-2);
  });
});

describe('what is computed', () => {
  test('is the first layer in full, and less and less of the others', async () => {
    const { sequence } = await answered(layered({}));
    const unmatched = LENGTH - PREFIX - MATCHED;
    const withoutReuse = (LENGTH - PREFIX) * LAYERS;
    expect(sequence.rowLayers).toBeGreaterThan(LENGTH - PREFIX + unmatched * (LAYERS - 1));
    expect(sequence.rowLayers).toBeLessThan(0.7 * withoutReuse);
    expect(sequence.recomputed.length).toBe(Math.round(0.08 * MATCHED));
  });

  test('are the tokens that differ, before others', async () => {
    const share = 0.1;
    const { sequence } = await answered(layered({ recompute: { first: share, last: share } }));
    const differ = SPANS.flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, at) => start + at).filter((at) => tokens[at] !== earlier[at]),
    );
    expect(sequence.recomputed).toHaveLength(Math.round(share * MATCHED));
    expect(sequence.recomputed.every((position) => differ.includes(position))).toBe(true);
  });

  test('are then those that the segment before looks at, for as long as the next one does too', async () => {
    const none = { highDeviation: 0, retain: KEPT };
    const stale = await answered(layered({ ...none, recompute: { first: 0, last: 0 } }));
    const hot = await answered(layered({ ...none, recompute: { first: 0.1, last: 0.1 } }));
    const [, next] = (await model.segmented()).segments;
    const { rowLayers } = hot.sequence;
    expect(rowLayers - stale.sequence.rowLayers).toBeGreaterThanOrEqual(
      Math.round(0.1 * MATCHED) * (next!.end - next!.start),
    );
    expect(hot.sequence.recomputed.length).toBeLessThan(Math.round(0.1 * MATCHED));
  });

  test('brings the answer nearer than stale rows', async () => {
    const kept = { retain: KEPT };
    const stale = await answered(layered({ ...kept, recompute: { first: 0, last: 0 } }));
    const repaired = await answered(layered({ ...kept, recompute: { first: 0.5, last: 0.5 } }));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(differences(repaired.logits))).toBeLessThan(mean(differences(stale.logits)));
  });
});

describe('what is kept', () => {
  test('shrinks with depth and gives its memory back: at most 0.58 of all keys and values at once', async () => {
    const longTokens = Int32Array.from(someTokens(900));
    const whole = await answered({ tokens: longTokens, maxTokens: 1 });
    const block = whole.sequence.kv.exportRows(0, 900);
    const spans: FoundSpan[] = [{ start: 0, end: 899, origin: 'similar', context: 'other', rows: [] }];
    const { approximate } = layered({});
    const source = { start: 0, end: 899, rows: () => block, whole: { rows: () => block, offset: 0 } };
    const run = (retain: LayeredPlan['retain']) =>
      answered({
        tokens: longTokens,
        maxTokens: 4,
        approximate: {
          plan: { ...approximate!.plan, spans, layered: { ...SEMSHAREKV, retain } },
          sources: [source],
        },
      });
    const full = 900 * 2 * 4 * planeFloatsPerRow(model.shape);
    const shrinking = await run(SEMSHAREKV.retain);
    expect(shrinking.sequence.kvBytes).toBeLessThan(0.58 * full);
    expect(shrinking.sequence.dropsRows).toBe(true);
    expect((await run(KEPT)).sequence.kvBytes).toBeGreaterThan(full);
    expect(whole.sequence.kvBytes).toBeGreaterThan(full);
  });

  test('says that the answer is not exact when rows were dropped', async () => {
    const { sequence, logits } = await answered(layered({ ...EVERYTHING, retain: SEMSHAREKV.retain }));
    expect(sequence.recomputed).toHaveLength(MATCHED);
    expect(sequence.dropsRows).toBe(true);
    expect(Math.max(...differences(logits).slice(1))).toBeGreaterThan(1e-3);
    const times = { queueMs: 0, encodeMs: 0, matchMs: 0, ttftMs: 0 };
    const { plan } = layered(EVERYTHING).approximate!;
    const reuse = {
      policy: 'semsharekv',
      quality: 'balanced',
      promptTokens: LENGTH,
      reuse: [],
      reusedTokens: 0,
    } as const;
    const facts = { plan: { ...reuse, missReason: null, approximate: plan }, modelId: '', layers: LAYERS, times };
    const { state } = turnReport({ ...facts, sequence, speed: new PrefillSpeed(), verification: null });
    expect(state).toBe('approximate');
  });

  test('is what the prompt looks at', async () => {
    const { approximate, reuse } = layered({});
    const plan = { ...EVERYTHING, retain: SEMSHAREKV.retain };
    const work = { plan, reuse: reuse!, sources: approximate!.sources, tokens };
    const parts = { model, speed: new PrefillSpeed(), loadSpeed: new LoadSpeed(), pace: (): 'alone' => 'alone' };
    const prefill = new SemsharekvPrefill(work, parts);
    for await (const done of prefill.run()) expect(done).toBeLessThanOrEqual(LENGTH);
    const attention = await attentionOfAll();
    expect(prefill.kept).toHaveLength(attention.length);
    prefill.kept.forEach((kept, segment) => {
      const share = kept.length / LENGTH;
      const best = retainedRows(attention[segment]!, share);
      const same = kept.filter((position) => best.includes(position)).length / kept.length;
      // By chance it would be the share itself.
      expect(same).toBeGreaterThan((1 + share) / 2);
    });
  });

  test('is kept for this answer alone: none of its rows is a donor', async () => {
    const { sequence } = await answered(layered({}));
    expect(sequence.exactRows).toBe(0);
  });
});

test('rows that are gone are computed instead', async () => {
  const gone = sources().map((source, index) =>
    index === 1 ? source : { ...source, whole: { rows: () => null, offset: 0 } },
  );
  const { sequence, logits } = await answered({
    ...layered(EVERYTHING, gone),
    reuse: [prefix()[0]!, { ...prefix()[1]!, rows: () => null }],
  });
  expect(Math.max(...differences(logits))).toBeLessThan(1e-4);
  expect(sequence.reusedTokens).toBe(12);
  expect(sequence.placed).toEqual([{ start: 54, end: 130 }]);
  const none = await answered(
    layered(
      {},
      sources().map((source) => ({ ...source, whole: undefined, rows: () => null })),
    ),
  );
  expect(none.sequence).toMatchObject({ placed: [], dropsRows: false });
  expect(Math.max(...differences(none.logits))).toBeLessThan(1e-4);
});

test('an answer that is verified ends as the exact one, and its rows may then be kept', async () => {
  const work = layered({ recompute: { first: 0, last: 0 } }, sources(), true);
  let loads = 0;
  const reuse = prefix().map((source) => ({
    ...source,
    rows: () => {
      loads++;
      return source.rows();
    },
  }));
  const { sequence } = await answered({ ...work, reuse, sampler: () => likeliest });
  // Once for the answer and once to check it: the exact prefix is not computed for that.
  expect(loads).toBe(4);
  expect(sequence.checkedTokens).not.toBeNull();
  expect(sequence.output).toEqual(exact.output);
  expect(sequence.exactRows).toBeGreaterThanOrEqual(LENGTH);
});
