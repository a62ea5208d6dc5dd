// Long runs: what was finished before a cut is there afterwards, and only what was asked for runs.

import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { chosenOf, runJobs } from './quality-jobs.ts';
import type { Job } from './quality-jobs.ts';
import type { BenchRequest } from './request.ts';

const nothing = () => {};

function requestIn(out: string, changes: Partial<BenchRequest> = {}): BenchRequest {
  return { name: 'ladder', dataFolder: out, quick: true, out, ...changes };
}

function jobs(ran: string[]): Job<string>[] {
  return ['moved', 'moved-compiled', 'swapped'].map((name) => ({
    name,
    wanted: 2,
    run: async (index) => {
      ran.push(`${name} ${index}`);
      return index === 0 ? null : [`${name} ${index}`];
    },
  }));
}

test('each workload runs until it has as many cases as wanted; what does not fit counts for nothing', async () => {
  const ran: string[] = [];
  const { outcomes, isCut } = await runJobs(requestIn(temporaryFolder()), jobs(ran).slice(2), () => ran.push('clear'));
  expect(ran).toEqual(['clear', 'swapped 0', 'swapped 1', 'swapped 2']);
  expect([...outcomes]).toEqual([['swapped', ['swapped 1', 'swapped 2']]]);
  expect(isCut).toBe(false);
});

test('a cut run gives what it has; resumed, it runs only what was not finished', async () => {
  const out = temporaryFolder();
  const cut = new AbortController();
  const first: string[] = [];
  const cutting = jobs(first);
  const { run } = cutting[1]!;
  cutting[1]!.run = (index) => {
    if (index === 1) cut.abort();
    return run(index);
  };
  const ended = await runJobs(requestIn(out, { endEarly: () => cut.signal }), cutting, nothing);
  expect(ended.isCut).toBe(true);
  expect([...ended.outcomes]).toEqual([
    ['moved', ['moved 1', 'moved 2']],
    ['moved-compiled', ['moved-compiled 1']],
  ]);

  const again: string[] = [];
  const whole = await runJobs(requestIn(out, { resume: true }), jobs(again), nothing);
  expect(again[0]).toBe('moved-compiled 0');
  expect([...whole.outcomes.keys()]).toEqual(['moved', 'moved-compiled', 'swapped']);
  expect(whole.outcomes.get('moved')).toEqual(['moved 1', 'moved 2']);

  const anew: string[] = [];
  await runJobs(requestIn(out, { resume: true }), jobs(anew), nothing);
  expect(anew[0]).toBe('moved 0');
});

test('a run can be made in parts, which a last one takes over', async () => {
  const out = temporaryFolder();
  const part = (...workloads: string[]) => requestIn(out, { workloads });
  await Promise.all([runJobs(part('swapped'), jobs([]), nothing), runJobs(part('moved-compiled'), jobs([]), nothing)]);
  const ran: string[] = [];
  const { outcomes } = await runJobs(requestIn(out, { resume: true }), jobs(ran), nothing);
  expect(ran).toEqual(['moved 0', 'moved 1', 'moved 2']);
  expect([...outcomes.keys()]).toEqual(['moved', 'moved-compiled', 'swapped']);
});

test('what is run anew without an end is not taken over from before', async () => {
  const out = temporaryFolder();
  await runJobs(requestIn(out, { workloads: ['swapped'] }), jobs([]), nothing);
  const cut = new AbortController();
  const cutting = jobs([]);
  cutting[0]!.run = async () => {
    cut.abort();
    return null;
  };
  await runJobs(requestIn(out, { endEarly: () => cut.signal }), cutting, nothing);
  const ran: string[] = [];
  await runJobs(requestIn(out, { resume: true }), jobs(ran), nothing);
  expect(ran[0]).toBe('moved 0');
  expect(ran.at(-1)).toBe('swapped 2');
});

test('what another request finished is not taken over', async () => {
  const out = temporaryFolder();
  const cut = new AbortController();
  const cutting = jobs([]);
  cutting[1]!.run = async () => {
    cut.abort();
    return null;
  };
  await runJobs(requestIn(out, { endEarly: () => cut.signal, limit: 2 }), cutting, nothing);
  const ran: string[] = [];
  await runJobs(requestIn(out, { resume: true, limit: 3 }), jobs(ran), nothing);
  expect(ran[0]).toBe('moved 0');
});

test('names choose by their beginnings; one that fits nothing is an error', () => {
  const all = [{ name: 'Hearth' }, { name: 'Hearth fast' }, { name: 'EPIC' }];
  expect(chosenOf(all, undefined, 'method')).toEqual(all);
  expect(chosenOf(all, ['hearth'], 'method')).toEqual(all.slice(0, 2));
  expect(() => chosenOf(all, ['epic', 'nothing'], 'method')).toThrow(/no method nothing\. Known: Hearth,/);
});
