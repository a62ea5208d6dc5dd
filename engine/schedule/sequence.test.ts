// Sequences from approximate rows: what they compute, that checking finds every wrong token, and that guesses change
// nothing. `off` (all computed, in order) is the oracle. On a tiny model with seeded weights.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sampling } from '../contract/settings.ts';
import { likeliest } from '../metrics/divergence.ts';
import { LoadSpeed } from '../metrics/load-speed.ts';
import { PrefillSpeed } from '../metrics/prefill-speed.ts';
import { Model } from '../model/forward.ts';
import { importModel } from '../model/import/import-model.ts';
import type { ApproximatePlan } from '../plan/reuse-plan.ts';
import { LookupDraft } from '../sample/lookup-draft.ts';
import { seededRandom } from '../sample/random.ts';
import { Sampler } from '../sample/sampler.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import type { KvRows } from '../types.ts';
import type { SpanSource } from './approximate-prefill.ts';
import { Sequence } from './sequence.ts';
import type { SequenceEvent, SequenceWork } from './sequence.ts';

const PREFIX = 20;
const SPAN = { start: 30, end: 130 };
const tokens = Int32Array.from({ length: 150 }, (_, index) => 20 + ((index * 37) % 400));
const folder = mkdtempSync(join(tmpdir(), 'hearth-sequence-'));
let model: Model;
let exact: Sequence;

beforeAll(async () => {
  await makeTinyModel(join(folder, 'source'), { seed: 1 });
  await importModel({ source: join(folder, 'source'), target: join(folder, 'model') });
  model = await Model.open(join(folder, 'model'), { threads: 1 });
  exact = await done(sequence({}));
});
afterAll(async () => {
  await model.close();
  rmSync(folder, { recursive: true });
});

function sequence(work: Partial<SequenceWork>): Sequence {
  const whole: SequenceWork = {
    tokens,
    reuse: [],
    approximate: null,
    maxTokens: 24,
    eosTokenIds: [],
    sampler: () => likeliest,
    draft: null,
    signal: new AbortController().signal,
  };
  return new Sequence({ ...whole, ...work }, { model, speed: new PrefillSpeed(), loadSpeed: new LoadSpeed() });
}

async function done(one: Sequence): Promise<Sequence> {
  while (!one.done) await one.step();
  return one;
}

async function eventsOf(one: Sequence): Promise<SequenceEvent[]> {
  const events: SequenceEvent[] = [];
  for await (const event of one.events()) events.push(event);
  return events;
}

function plan(changes: Partial<ApproximatePlan> = {}): ApproximatePlan {
  const span = { ...SPAN, origin: 'moved', context: 'other', rows: [], windows: [] } as const;
  return {
    spans: [{ ...span, rows: [], windows: [] }],
    forced: [],
    recomputeTokens: 20,
    selector: { influence: true, relevance: true, keyTerm: true, grouping: true },
    repair: null,
    verify: false,
    ...changes,
  };
}

/** Rows of the span as the cache would lend them, changed by `change`. */
function sources(change: (value: number) => number = (value) => value): SpanSource[] {
  return [SPAN.start, SPAN.start + 60].map((start, index) => {
    const end = index === 0 ? start + 60 : SPAN.end;
    const rows = exact.kv.exportRows(start, end);
    return { start, end, rows: (): KvRows => ({ ...rows, k: rows.k.map(change), v: rows.v.map(change) }) };
  });
}

function approximate(
  changes: Partial<ApproximatePlan>,
  from: SpanSource[],
  work: Partial<SequenceWork> = {},
): Sequence {
  const prefix = exact.kv.exportRows(0, PREFIX);
  return sequence({
    ...work,
    reuse: [{ start: 0, end: PREFIX, rows: () => prefix }],
    approximate: { plan: plan(changes), sources: from },
  });
}

function greatestDifference(one: Sequence, other: Sequence, rows: number): number {
  const [left, right] = [one.kv.exportRows(0, rows), other.kv.exportRows(0, rows)];
  return Math.max(...left.v.map((value, index) => Math.abs(value - right.v[index]!)));
}

/** Wrong rows, and as large as right ones. */
function noise(): (value: number) => number {
  const random = seededRandom(7);
  return () => 2 * random() - 1;
}

describe('a sequence from approximate rows', () => {
  test('that were right after all answers as if nothing had been reused', async () => {
    for (const influence of [true, false]) {
      const selector = { influence, relevance: true, keyTerm: true, grouping: true };
      const one = await done(approximate({ selector }, sources()));
      expect(one.output).toEqual(exact.output);
      expect(one.reusedTokens).toBe(PREFIX);
      expect(one.recomputed).toHaveLength(20);
      expect(one.recomputed.every((position) => position >= SPAN.start && position < SPAN.end)).toBe(true);
    }
  });

  test('computes wrong rows again when it may compute all of them', async () => {
    const one = await done(approximate({ forced: [SPAN], recomputeTokens: 100 }, sources(noise())));
    expect(one.output).toEqual(exact.output);
    expect(one.exactRows).toBe(one.kv.rows);
    expect(greatestDifference(one, exact, one.kv.rows)).toBeLessThan(1e-4);
  });

  test('is exact only up to the first row that was not computed again', async () => {
    const forced = [{ start: SPAN.start, end: SPAN.start + 8 }];
    const one = await done(approximate({ forced, recomputeTokens: 8 }, sources()));
    expect(one.exactRows).toBe(SPAN.start + 8);
    expect(one.rowLayers).toBeLessThan(exact.rowLayers);
  });

  test('computes what is gone of them like any other text', async () => {
    const [first, second] = sources(noise());
    const gone = [first!, second!].map((source) => ({ ...source, rows: () => null }));
    const one = await done(approximate({}, gone));
    expect(one.output).toEqual(exact.output);
    expect(one.exactRows).toBe(one.kv.rows);
    const half = await done(approximate({}, [gone[0]!, sources()[1]!]));
    expect(half.placed).toEqual([{ start: SPAN.start + 60, end: SPAN.end }]);
    expect(half.output).toEqual(exact.output);
  });

  test('repairs some of them while it answers', async () => {
    const one = await done(approximate({ repair: { rows: 7, everySteps: 4 } }, sources()));
    expect(one.repairedTokens).toBeGreaterThanOrEqual(14);
    expect(one.output).toEqual(exact.output);
    const wrong = await done(approximate({ repair: { rows: 7, everySteps: 4 } }, sources(noise())));
    expect(wrong.repairedTokens).toBeGreaterThan(0);
    expect(wrong.kv.rows).toBe(tokens.length + wrong.output.length - 1);
  });
});

describe('a verified answer', () => {
  const wrongRows = { recomputeTokens: 0, verify: true };

  test('is the one that exact rows give, and says from where on it was corrected', async () => {
    const unverified = await done(approximate({ recomputeTokens: 0 }, sources(noise())));
    const one = await done(approximate(wrongRows, sources(noise())));
    // Void where the wrong rows did not mislead anybody.
    expect(unverified.output).not.toEqual(exact.output);
    expect(one.output).toEqual(exact.output);
    const right = exact.output.findIndex((id, index) => unverified.output[index] !== id);
    expect(one.checkedTokens).toBe(right);
    const events = await eventsOf(one);
    expect(events.filter(({ type }) => type !== 'token' && type !== 'progress')).toEqual([
      { type: 'verifying' },
      { type: 'correction', keptTokens: right },
    ]);
    expect(one.exactRows).toBe(one.kv.rows);
    expect(greatestDifference(one, exact, one.kv.rows)).toBeLessThan(1e-4);
  });

  test('that was right is left as it is', async () => {
    const one = await done(approximate({ verify: true }, sources()));
    expect(one.checkedTokens).toBe(24);
    expect((await eventsOf(one)).map(({ type }) => type)).not.toContain('correction');
    expect(one.kv.rows).toBe(exact.kv.rows);
    expect(one.exactRows).toBe(one.kv.rows);
  });

  test('may be drawn at random: the same draws are made again', async () => {
    const sampling: Sampling = {
      temperature: 1,
      topK: 0,
      topP: 1,
      minP: 0,
      repetitionPenalty: 1,
      seed: 11,
      maxTokens: 24,
      stop: [],
    };
    const sampler = () => {
      const one = new Sampler(sampling);
      return (logits: Float32Array) => one.next(logits, []);
    };
    const off = await done(sequence({ sampler }));
    const one = await done(approximate(wrongRows, sources(noise()), { sampler }));
    expect(one.output).toEqual(off.output);
    expect((await done(sequence({ sampler: () => likeliest }))).output).not.toEqual(off.output);
  });

  test('is checked up to its own end', async () => {
    const end = exact.output[5]!;
    const off = await done(sequence({ eosTokenIds: [end] }));
    const one = await done(approximate(wrongRows, sources(noise()), { eosTokenIds: [end] }));
    expect(one.output).toEqual(off.output);
    expect(one.stopReason).toBe('end');
    expect(one.kv.rows).toBe(off.kv.rows);
  });

  test('is not checked any more when a person stops it', async () => {
    const one = approximate(wrongRows, sources(noise()));
    while (one.output.length < 3) await one.step();
    one.end('stopped');
    expect(one.done).toBe(true);
    expect(one.checkedTokens).toBeNull();
  });
});

describe('a draft', () => {
  test('that is right saves steps and changes nothing', async () => {
    const one = sequence({ draft: new LookupDraft([Int32Array.from(exact.output)]) });
    let steps = 0;
    for (; !one.done; steps++) await one.step();
    expect(one.output).toEqual(exact.output);
    expect(one.drafted.accepted).toBeGreaterThan(10);
    expect(steps).toBeLessThan(exact.output.length);
    expect(one.kv.rows).toBe(exact.kv.rows);
    expect(greatestDifference(one, exact, one.kv.rows)).toBeLessThan(1e-4);
  });

  test('that is wrong changes nothing', async () => {
    let proposed = 0;
    const wrong = { propose: (output: readonly number[]) => [exact.output[output.length]!, ++proposed % 400, 5] };
    const one = await done(sequence({ draft: wrong }));
    expect(proposed).toBeGreaterThan(5);
    expect(one.output).toEqual(exact.output);
    expect(one.drafted.accepted).toBeLessThan(one.drafted.proposed);
    expect(one.kv.rows).toBe(exact.kv.rows);
  });

  test('ends where the answer ends', async () => {
    const end = exact.output[7]!;
    const off = await done(sequence({ eosTokenIds: [end] }));
    const one = await done(
      sequence({
        eosTokenIds: [end],
        draft: { propose: (output) => exact.output.slice(output.length, output.length + 7) },
      }),
    );
    expect(one.output).toEqual(off.output);
    expect(one.kv.rows).toBe(off.kv.rows);
  });
});

test('a sequence without an answer computes the rows of its tokens and nothing else', async () => {
  const one = await done(sequence({ maxTokens: 0 }));
  expect(one.kv.rows).toBe(tokens.length);
  expect(one.output).toEqual([]);
  expect(greatestDifference(one, exact, tokens.length)).toBe(0);
});

test('rows that were let go make room for the next sequence, which sees nothing of them', async () => {
  const first = await done(sequence({}));
  const { kv } = first;
  first.release();
  const second = await done(sequence({ tokens: tokens.subarray(0, 100) }));
  expect(second.kv).toBe(kv);
  const fresh = await done(sequence({ tokens: tokens.subarray(0, 100) }));
  expect(fresh.kv).not.toBe(kv);
  expect(second.output).toEqual(fresh.output);
  expect(greatestDifference(second, fresh, 100)).toBe(0);
});

/** Blocks of up to 50 rows; those of the first `held` rows are gone. */
function blocksBehind(held: number): { reuse: SequenceWork['reuse']; asked: number[] } {
  const asked: number[] = [];
  const reuse = [0, 50, 100].map((start) => ({
    start,
    end: Math.min(140, start + 50),
    rows: () => {
      asked.push(start);
      return start < held ? null : exact.kv.exportRows(start, Math.min(140, start + 50));
    },
  }));
  return { reuse, asked };
}

test('the rows of a sequence that is over are taken over by the next one that may reuse them', async () => {
  model.forgetRested();
  const first = await done(sequence({}));
  const { kv } = first;
  first.release(120);
  // Behind the kept rows the block that is there in part is loaded whole.
  const { reuse, asked } = blocksBehind(100);
  const second = await done(sequence({ reuse }));
  expect(second.kv).toBe(kv);
  expect(asked).toEqual([100]);
  expect(second.reusedTokens).toBe(140);
  expect(second.output).toEqual(exact.output);
  expect(greatestDifference(second, exact, 150)).toBeLessThan(1e-5);
});

test('rows are taken over as far as the tokens are the same and may be reused, and none of an approximate answer', async () => {
  model.forgetRested();
  const other = Int32Array.from(tokens, (id, position) => (position < 70 ? id : id + 1));
  const different = await done(sequence({ tokens: other }));
  different.release(150);
  const { reuse, asked } = blocksBehind(50);
  const one = await done(sequence({ reuse }));
  expect(one.kv).toBe(different.kv);
  expect(asked).toEqual([50, 100]);
  expect(one.output).toEqual(exact.output);
  one.release(150);
  const unallowed = await done(sequence({}));
  expect(unallowed.reusedTokens).toBe(0);
  unallowed.release();

  model.forgetRested();
  const rough = await done(approximate({}, sources(noise())));
  expect(rough.exactRows).toBeLessThan(SPAN.end);
  rough.release(150);
  const all = blocksBehind(0);
  const behind = await done(sequence({ reuse: all.reuse }));
  expect(behind.output).toEqual(exact.output);
  expect(greatestDifference(behind, exact, 150)).toBeLessThan(1e-5);
});

test('what rests may be forgotten, and keeps to its room', async () => {
  for (const act of [() => model.forgetRested(), () => model.limitRested(0)]) {
    model.limitRested(Infinity);
    const first = await done(sequence({}));
    first.release(150);
    act();
    const { reuse, asked } = blocksBehind(0);
    await done(sequence({ reuse }));
    expect(asked).toEqual([0, 50, 100]);
  }
  model.limitRested(Infinity);
});

test('a prefix that lost precision is checked from its first rough row on, and the answer is the exact one', async () => {
  const [good, rest] = [exact.kv.exportRows(0, 40), exact.kv.exportRows(40, 120)];
  const rough = { ...rest, k: rest.k.map(noise()), v: rest.v.map(noise()) };
  const reuse = [
    { start: 0, end: 40, rows: () => good },
    { start: 40, end: 120, rows: () => rough },
  ];
  const unchecked = await done(sequence({ reuse }));
  const one = await done(sequence({ reuse, roughFrom: 40 }));
  expect(unchecked.output).not.toEqual(exact.output);
  expect(unchecked.checkedTokens).toBeNull();
  expect(one.output).toEqual(exact.output);
  expect(one.reusedTokens).toBe(120);
  expect(one.checkedTokens).not.toBeNull();
  expect(one.exactRows).toBe(one.kv.rows);
  const right = await done(sequence({ reuse: reuse.slice(0, 1), roughFrom: 40 }));
  expect(right.checkedTokens).toBeNull();
});
