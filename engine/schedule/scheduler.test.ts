// Turns: who is admitted, who waits, who is next. Sequences are real ones on a tiny model.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Loop } from '../loop.ts';
import { likeliest } from '../metrics/divergence.ts';
import { LoadSpeed } from '../metrics/load-speed.ts';
import { PrefillSpeed } from '../metrics/prefill-speed.ts';
import { Model } from '../model/forward.ts';
import { importModel } from '../model/import/import-model.ts';
import { makeTinyModel } from '../testing/tiny-model.ts';
import { Scheduler } from './scheduler.ts';
import { Sequence } from './sequence.ts';
import type { SequenceWork } from './sequence.ts';

const folder = mkdtempSync(join(tmpdir(), 'hearth-schedule-'));
let model: Model;

beforeAll(async () => {
  await makeTinyModel(join(folder, 'source'), { seed: 1 });
  await importModel({ source: join(folder, 'source'), target: join(folder, 'model') });
  model = await Model.open(join(folder, 'model'), { threads: 1 });
});
afterAll(async () => {
  await model.close();
  rmSync(folder, { recursive: true });
});

function sequence(work: Partial<SequenceWork> = {}): Sequence {
  const tokens = Int32Array.from({ length: 40 }, (_, index) => 20 + index);
  const whole = {
    tokens,
    reuse: [],
    approximate: null,
    maxTokens: 8,
    eosTokenIds: [],
    sampler: () => likeliest,
    draft: null,
    signal: new AbortController().signal,
  };
  return new Sequence({ ...whole, ...work }, { model, speed: new PrefillSpeed(), loadSpeed: new LoadSpeed() });
}
async function drain(one: Sequence): Promise<string[]> {
  const types: string[] = [];
  for await (const event of one.events()) types.push(event.type);
  return types;
}
const idle = () => false;

describe('a sequence', () => {
  test('tells its progress, then its tokens, and ends at its longest answer', async () => {
    const scheduler = new Scheduler(1);
    const loop = new Loop(scheduler, idle);
    using slot = await scheduler.admit(new AbortController().signal);
    const one = sequence();
    slot.run(one);
    expect(await drain(one)).toEqual(['progress', ...Array<string>(8).fill('token')]);
    expect(one.stopReason).toBe('length');
    expect(one.output).toHaveLength(8);
    await loop.close();
  });

  test('stops within one step', async () => {
    const controller = new AbortController();
    const one = sequence({ maxTokens: 1000, signal: controller.signal });
    while (one.output.length < 3) await one.step();
    controller.abort();
    await one.step();
    expect(one.stopReason).toBe('stopped');
    expect(one.output).toHaveLength(3);
  });

  test('ends at an end token without giving it out', async () => {
    const first = sequence();
    while (!first.done) await first.step();
    const end = first.output[3] ?? -1;
    const one = sequence({ eosTokenIds: [end] });
    while (!one.done) await one.step();
    expect(one.stopReason).toBe('end');
    expect(one.output).toEqual(first.output.slice(0, first.output.indexOf(end)));
  });

  test('ends at the end of the context', async () => {
    const tokens = Int32Array.from({ length: model.shape.context - 2 }, (_, index) => 20 + (index % 50));
    const one = sequence({ tokens, maxTokens: 1000 });
    while (!one.done) await one.step();
    expect(one.stopReason).toBe('context');
    expect(one.kv.rows).toBe(model.shape.context);
  });

  test('gives an error in a step to whoever reads its events', async () => {
    const one = sequence({
      sampler: () => () => {
        throw new Error('broken logits');
      },
    });
    while (!one.done) await one.step();
    await expect(drain(one)).rejects.toThrow('broken logits');
  });

  test('does no idle work while somebody’s prompt is being made, and goes on when that is over', async () => {
    const scheduler = new Scheduler(1);
    let pieces = 0;
    const loop = new Loop(scheduler, () => ++pieces < 5);
    const slot = await scheduler.admit(new AbortController().signal);
    loop.wake();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pieces).toBe(0);
    slot[Symbol.dispose]();
    await loop.close();
    loop.wake();
    expect(pieces).toBeGreaterThan(0);
  });

  test('computes what a damaged source did not give', async () => {
    const whole = sequence();
    while (!whole.done) await whole.step();
    const rows = whole.kv.exportRows(0, 32);
    const source = (start: number, from: typeof rows | null) => ({ start, end: start + 32, rows: () => from });
    const one = sequence({ reuse: [source(0, rows), source(32, null), source(64, rows)] });
    while (!one.done) await one.step();
    expect(one.reusedTokens).toBe(32);
    expect(one.output).toEqual(whole.output);
  });
});

describe('the scheduler', () => {
  test('lets somebody work alone: after those who are in, and before those who come', async () => {
    const scheduler = new Scheduler(2);
    const order: string[] = [];
    const admit = (name: string) =>
      scheduler.admit(new AbortController().signal).then((slot) => (order.push(name), slot));
    const first = await admit('first');
    const alone = scheduler.alone(async () => {
      order.push('alone');
      await new Promise((resolve) => setTimeout(resolve, 10));
      order.push('done');
      return 'result';
    });
    const later = [admit('second'), admit('third'), admit('fourth')];
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(order).toEqual(['first']);
    first[Symbol.dispose]();
    expect(await alone).toBe('result');
    const second = await later[0]!;
    await later[1]!;
    expect(order).toEqual(['first', 'alone', 'done', 'second', 'third']);
    second[Symbol.dispose]();
    await later[2]!;
    expect(order.at(-1)).toBe('fourth');
    expect(scheduler.queueLength).toBe(1);
  });

  test('lets the others in again when who worked alone failed', async () => {
    const scheduler = new Scheduler(1);
    const failed = scheduler.alone(() => Promise.reject(new Error('no')));
    const next = scheduler.admit(new AbortController().signal);
    await expect(failed).rejects.toThrow('no');
    expect(scheduler.activeCount).toBe(1);
    (await next)[Symbol.dispose]();
    expect(scheduler.activeCount).toBe(0);
  });

  test('lets a limited number in, the others wait in order and a leaving one is forgotten', async () => {
    const scheduler = new Scheduler(1);
    const first = await scheduler.admit(new AbortController().signal);
    expect(scheduler.queueLength).toBe(1);
    const order: string[] = [];
    const leaving = new AbortController();
    const left = scheduler.admit(leaving.signal);
    const second = scheduler.admit(new AbortController().signal).then((slot) => (order.push('second'), slot));
    const third = scheduler.admit(new AbortController().signal).then((slot) => (order.push('third'), slot));
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'stopped' });
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
    (await third)[Symbol.dispose]();
    expect(order).toEqual(['second', 'third']);
    expect(scheduler.activeCount).toBe(0);
  });

  test('gives the active ones a step in turn', async () => {
    const scheduler = new Scheduler(2);
    using one = await scheduler.admit(new AbortController().signal);
    using two = await scheduler.admit(new AbortController().signal);
    const [a, b] = [sequence(), sequence()];
    one.run(a);
    two.run(b);
    const seen = Array.from({ length: 4 }, () => scheduler.next());
    expect(new Set([seen[0], seen[1]])).toEqual(new Set([a, b]));
    expect(seen.slice(2)).toEqual(seen.slice(0, 2));
  });

  test('sees a sequence that comes while idle work finds nothing to do', async () => {
    const scheduler = new Scheduler(1);
    const one = sequence();
    let isFirst = true;
    const loop = new Loop(scheduler, async () => {
      if (isFirst) (await scheduler.admit(new AbortController().signal)).run(one);
      isFirst = false;
      await new Promise((resolve) => setImmediate(resolve));
      return false;
    });
    loop.wake();
    expect(await drain(one)).toContain('token');
    await loop.close();
  });

  test('does idle work only when nobody has work', async () => {
    const scheduler = new Scheduler(1);
    let idleSteps = 0;
    const loop = new Loop(scheduler, () => ++idleSteps < 3);
    using slot = await scheduler.admit(new AbortController().signal);
    const one = sequence();
    slot.run(one);
    await drain(one);
    await loop.close();
    expect(idleSteps).toBeLessThanOrEqual(3);
    expect(one.output).toHaveLength(8);
  });
});
