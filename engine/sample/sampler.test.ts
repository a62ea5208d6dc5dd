// The sampler against a plain one that sorts everything and filters step by step.

import { expect, test } from 'vitest';
import type { Sampling } from '../contract/settings.ts';
import { seededRandom } from './random.ts';
import { Sampler } from './sampler.ts';

const GREEDY: Sampling = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  seed: 0,
  maxTokens: 16,
  stop: [],
};

interface Candidate {
  id: number;
  score: number;
  probability: number;
}

/** Candidates by id with their probabilities, by the textbook. */
function naive(logits: Float32Array, recent: readonly number[], sampling: Sampling): Candidate[] {
  const penalty = sampling.repetitionPenalty;
  const penalised = Float32Array.from(logits, (logit, id) => {
    if (!recent.includes(id)) return logit;
    return logit < 0 ? logit * penalty : logit / penalty;
  });
  const normalise = (kept: Candidate[]): Candidate[] => {
    const max = Math.max(...kept.map(({ score }) => score));
    const weights = kept.map(({ score }) => Math.exp(score - max));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return kept.map((candidate, index) => ({ ...candidate, probability: (weights[index] ?? 0) / total }));
  };
  const scored = Array.from(penalised, (score, id) => ({ id, score: score / sampling.temperature, probability: 0 }));
  let kept = scored.toSorted((a, b) => b.score - a.score || a.id - b.id);
  if (sampling.topK > 0) kept = kept.slice(0, sampling.topK);
  kept = normalise(kept);
  let sum = 0;
  const enough = kept.findIndex(({ probability }) => (sum += probability) >= sampling.topP - 1e-12);
  kept = normalise(sampling.topP < 1 ? kept.slice(0, enough + 1) : kept);
  const best = kept[0]?.probability ?? 0;
  kept = normalise(kept.filter(({ probability }) => probability >= sampling.minP * best * (1 - 1e-12)));
  return kept.filter(({ probability }) => probability > 0).toSorted((a, b) => a.id - b.id);
}

test('greedy takes the best token, the lowest id of equal ones', () => {
  const sampler = new Sampler(GREEDY);
  expect(sampler.next(Float32Array.of(-3, 2, 5, 5, -Infinity), [])).toBe(2);
  expect(sampler.next(Float32Array.of(-Infinity, -7), [])).toBe(1);
});

test('the repetition penalty makes seen tokens less likely whatever their sign, once, and leaves the logits alone', () => {
  const sampler = new Sampler({ ...GREEDY, repetitionPenalty: 2 });
  const logits = Float32Array.of(3, 4, 1);
  expect(sampler.next(logits, [1, 1, 1])).toBe(0);
  expect(sampler.next(logits, [0, 1])).toBe(1);
  expect([...logits]).toEqual([3, 4, 1]);
  expect(sampler.next(Float32Array.of(-1, -1.5), [0])).toBe(1);
  expect(sampler.next(Float32Array.of(-1, -1.5), [])).toBe(0);
});

test('every token is drawn for exactly its share of the random numbers', () => {
  const random = seededRandom(5);
  const pick = <Value>(values: Value[]) => values[Math.floor(random() * values.length)] as Value;
  for (let round = 0; round < 400; round++) {
    const size = pick([1, 2, 5, 50, 300]);
    const steps = pick([2, 1000]);
    const spread = pick([0, 1, 10, 100]);
    const logits = Float32Array.from({ length: size }, () =>
      random() < 0.05 ? -Infinity : (Math.round(random() * steps) / steps - 0.5) * spread,
    );
    logits[Math.floor(random() * size)] = spread / 3;
    const recent = Array.from({ length: pick([0, 3, 10]) }, () => Math.floor(random() * size));
    const sampling: Sampling = {
      ...GREEDY,
      temperature: pick([0.1, 0.7, 1, 2]),
      topK: pick([0, 0, 1, 4, 40, 1000]),
      topP: pick([1, 1, 0.05, 0.5, 0.9, 0.999]),
      minP: pick([0, 0, 0.05, 0.5, 1]),
      repetitionPenalty: pick([1, 1.1, 2, 0.5]),
    };
    const kept = naive(logits, recent, sampling);
    let start = 0;
    for (const { id, probability } of kept) {
      const at = (share: number) => new Sampler(sampling, () => start + probability * share).next(logits, recent);
      if (probability > 1e-6) expect([at(1e-4), at(0.5), at(1 - 1e-4)], JSON.stringify(sampling)).toEqual([id, id, id]);
      start += probability;
    }
  }
});

test('a seed repeats its tokens, another seed gives others', () => {
  const logits = Float32Array.from({ length: 100 }, (_, id) => Math.sin(id));
  const draw = (seed: number) => {
    const sampler = new Sampler({ ...GREEDY, temperature: 1, seed });
    return Array.from({ length: 50 }, () => sampler.next(logits, []));
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('a nearly zero temperature is greedy', () => {
  const sampler = new Sampler({ ...GREEDY, temperature: 1e-30, topK: 2, topP: 0.9 });
  expect(sampler.next(Float32Array.of(1, 1.0001, 0), [])).toBe(1);
});

test('the filters of a large vocabulary keep what they should', () => {
  const random = seededRandom(9);
  const logits = Float32Array.from({ length: 150_000 }, () => (random() + random() + random() - 1.5) * 12);
  const sampling = { ...GREEDY, temperature: 0.8, topK: 50, topP: 0.9 };
  const kept = new Set(naive(logits, [], sampling).map(({ id }) => id));
  const sampler = new Sampler(sampling);
  const drawn = new Set(Array.from({ length: 100 }, () => sampler.next(logits, [])));
  expect([...drawn].filter((id) => !kept.has(id))).toEqual([]);
  expect(drawn.size).toBeGreaterThan(kept.size / 4);
});

test('logits that are no numbers are a bug and throw', () => {
  for (const temperature of [0, 1]) {
    const sampler = new Sampler({ ...GREEDY, temperature });
    expect(() => sampler.next(Float32Array.of(1, NaN), [])).toThrow('token 1');
    expect(() => sampler.next(Float32Array.of(1, Infinity), [])).toThrow('finite');
    expect(() => sampler.next(Float32Array.of(-Infinity, -Infinity), [])).toThrow('finite');
    expect(() => sampler.next(new Float32Array(0), [])).toThrow('finite');
  }
  expect(() => new Sampler({ ...GREEDY, repetitionPenalty: 2 }).next(Float32Array.of(1), [4])).toThrow('vocabulary');
});
