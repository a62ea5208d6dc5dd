// Chooses the next token from the logits: repetition penalty, temperature, top-k, top-p, min-p, in this order
// (as Hugging Face transformers). It knows no text and keeps nothing but the state of its random numbers.

import type { Sampling } from '../contract/settings.ts';
import { assert } from '../lib/assert.ts';
import { seededRandom } from './random.ts';

/**
 * Tokens are ranked by score, equal ones by id (lower first). Top-k and top-p both keep a beginning of this ranking,
 * so what they keep is told by the last token kept, and no vocabulary is ever sorted.
 */
interface Cut {
  score: number;
  id: number;
}

const KEEP_ALL: Cut = { score: -Infinity, id: Infinity };
/** Tokens are grouped by their distance from the best one, 1/16 nat per bucket; the last bucket takes the far tail. */
const BUCKETS = 1024;
const BUCKETS_PER_NAT = 16;

export class Sampler {
  readonly #sampling: Sampling;
  readonly #random: () => number;
  #penalised = new Float32Array(0);

  /** `random` gives numbers in [0, 1); by default they follow from `sampling.seed`. */
  constructor(sampling: Sampling, random: () => number = seededRandom(sampling.seed)) {
    this.#sampling = sampling;
    this.#random = random;
  }

  /**
   * The id of the next token. `logits` has one number per id and is not changed; `recentTokens` are the ids that the
   * repetition penalty is for. Throws when a logit is NaN or infinitely large, or when all are minus infinity: a bug.
   */
  next(logits: Float32Array, recentTokens: readonly number[]): number {
    const scores = this.#withPenalty(logits, recentTokens);
    const best = bestToken(scores);
    const { temperature, topK, topP, minP } = this.#sampling;
    if (temperature === 0) return best;
    const ranking: Ranking = { scores, max: scores[best] ?? 0, temperature };
    let cut = KEEP_ALL;
    if (topK > 0 && topK < scores.length) cut = cutAt(ranking, cut, { tokens: topK });
    if (topP < 1) cut = cutAt(ranking, cut, { share: topP });
    return draw(ranking, { cut, minWeight: minP, random: this.#random() });
  }

  /** Of a token that was seen, a positive logit is divided by the penalty and a negative one multiplied. */
  #withPenalty(logits: Float32Array, recentTokens: readonly number[]): Float32Array {
    const penalty = this.#sampling.repetitionPenalty;
    if (penalty === 1 || recentTokens.length === 0) return logits;
    if (this.#penalised.length !== logits.length) this.#penalised = new Float32Array(logits.length);
    this.#penalised.set(logits);
    for (const id of recentTokens) {
      const logit = logits[id];
      assert(logit !== undefined, `token ${id} is not in the vocabulary`);
      this.#penalised[id] = logit < 0 ? logit * penalty : logit / penalty;
    }
    return this.#penalised;
  }
}

interface Ranking {
  scores: Float32Array;
  /** The best score. */
  max: number;
  temperature: number;
}

/** Probability relative to the best token's. */
function weightOf({ max, temperature }: Ranking, score: number): number {
  return Math.exp((score - max) / temperature);
}

function bucketOf({ max, temperature }: Ranking, score: number): number {
  return Math.min(BUCKETS - 1, Math.floor(((max - score) / temperature) * BUCKETS_PER_NAT));
}

function isKept(score: number, id: number, cut: Cut): boolean {
  return score > cut.score || (score === cut.score && id <= cut.id);
}

function bestToken(scores: Float32Array): number {
  let best = -1;
  let max = -Infinity;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (Number.isNaN(score)) throw new Error(`the logit of token ${id} is not a number`);
    if (score > max) {
      max = score;
      best = id;
    }
  }
  assert(best >= 0 && max < Infinity, 'no token has a finite logit');
  return best;
}

/**
 * The smallest beginning of the ranking, within `within`, that has `tokens` tokens or this share of the probability.
 * Whole buckets are counted; only the one in which the goal is reached is sorted.
 */
function cutAt(ranking: Ranking, within: Cut, goal: { tokens: number } | { share: number }): Cut {
  const { scores } = ranking;
  const amountOf = 'tokens' in goal ? () => 1 : (score: number) => weightOf(ranking, score);
  const amounts = new Float64Array(BUCKETS);
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (!isKept(score, id, within)) continue;
    const bucket = bucketOf(ranking, score);
    amounts[bucket] = (amounts[bucket] as number) + amountOf(score);
  }
  const wanted = 'tokens' in goal ? goal.tokens : goal.share * amounts.reduce((sum, amount) => sum + amount, 0);
  let reached = 0;
  let bucket = 0;
  while (bucket < BUCKETS - 1 && reached + (amounts[bucket] as number) < wanted) reached += amounts[bucket++] as number;
  const ids: number[] = [];
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    if (isKept(score, id, within) && bucketOf(ranking, score) === bucket) ids.push(id);
  }
  ids.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  let cut = within;
  for (const id of ids) {
    const score = scores[id] as number;
    cut = { score, id };
    reached += amountOf(score);
    if (reached >= wanted) break;
  }
  return cut;
}

/** Draws among the kept tokens, which are lined up by id; `random` in [0, 1) says where on that line. */
function draw(ranking: Ranking, kept: { cut: Cut; minWeight: number; random: number }): number {
  const { scores } = ranking;
  // Where each token's stretch of the line ends; that of a token not kept is empty.
  const ends = new Float64Array(scores.length);
  let total = 0;
  let last = 0;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id] as number;
    const weight = isKept(score, id, kept.cut) ? weightOf(ranking, score) : 0;
    if (weight > 0 && weight >= kept.minWeight) {
      total += weight;
      last = id;
    }
    ends[id] = total;
  }
  const target = kept.random * total;
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
