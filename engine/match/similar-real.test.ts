// The embedding, the alignment and the guards on real questions and on pairs of sentences that differ in little and
// mean something else. Needs the shared data and a trained model's embeddings; skipped where they are not at hand.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guardText } from './guards.ts';
import { align } from './similar-alignment.ts';
import { windowVector } from './similar-embedding.ts';
import { Tokenizer } from '../text/tokenizer.ts';
import { readWeightFiles } from '../model/import/safetensors.ts';

const shared = process.env['HEARTH_SHARED'] ?? resolve(import.meta.dirname, '../../../shared');
const data = join(shared, 'data');
const model = join(shared, 'models/tinychat-3.4m-gpt2');

interface Row {
  question: string;
  class_id: string;
  s1: string;
  s2: string;
  q1: string;
  q2: string;
  same: boolean;
}

function rows(file: string): Row[] {
  const lines = readFileSync(join(data, file), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

describe.skipIf(!existsSync(data) || !existsSync(model))('real text (skipped without the shared data)', async () => {
  const tokenizer = existsSync(model) ? Tokenizer.open(model) : null;
  const table = existsSync(model) ? await embeddingTable() : null;
  const embed = (tokens: Int32Array): Float32Array =>
    Float32Array.from([...tokens].flatMap((id) => [...(table?.(id) ?? [])]));
  const encode = (text: string): Int32Array => tokenizer?.encode(text) ?? new Int32Array();
  const textOf = (id: number): string => tokenizer?.tokenText(id) ?? '';
  const guarded = (text: string) => {
    const tokens = encode(text);
    return { guarded: guardText(tokens, textOf, true), embeddings: embed(tokens) };
  };

  test('the most similar question asks the same, far more often than by chance', () => {
    const questions = rows('covid_q_clusters.jsonl').filter((row) => row.class_id !== '' && row.class_id !== '-');
    const vectors = questions.map((row) => {
      const tokens = encode(row.question);
      return windowVector(embed(tokens), tokens, { start: 0, end: tokens.length });
    });
    let [asked, right] = [0, 0];
    questions.forEach((row, at) => {
      if (!questions.some((other, place) => place !== at && other.class_id === row.class_id)) return;
      const best = mostSimilar(vectors, at);
      asked++;
      if (questions[best]?.class_id === row.class_id) right++;
    });
    expect(asked).toBeGreaterThan(900);
    expect(right / asked).toBeGreaterThan(0.4);
  });

  test('paraphrases are aligned; sentences of another meaning only up to where they differ', () => {
    const aligned = (same: boolean): { share: number; unequalFacts: number } => {
      const pairs = rows('paws_wiki_pairs.jsonl')
        .filter((row) => row.same === same)
        .slice(0, 300);
      let [tokens, covered, unequalFacts] = [0, 0, 0];
      for (const pair of pairs) {
        const [prompt, donor] = [guarded(pair.s1), guarded(pair.s2)];
        tokens += prompt.guarded.tokens.length;
        for (const run of align(prompt, donor)) {
          covered += run.end - run.start;
          for (let at = run.start; at < run.end; at++) {
            const place = run.donorStart + at - run.start;
            const isFact = prompt.guarded.guards[at] !== null || donor.guarded.guards[place] !== null;
            if (isFact && prompt.guarded.tokens[at] !== donor.guarded.tokens[place]) unequalFacts++;
          }
        }
      }
      return { share: covered / tokens, unequalFacts };
    };
    const [paraphrases, twins] = [aligned(true), aligned(false)];
    expect(paraphrases.share).toBeGreaterThan(0.2);
    expect(twins.share).toBeLessThan(paraphrases.share / 1.8);
    expect(paraphrases.unequalFacts + twins.unequalFacts).toBe(0);
  });
});

function mostSimilar(vectors: readonly (Float32Array | null)[], at: number): number {
  let [best, most] = [-1, -Infinity];
  vectors.forEach((vector, place) => {
    if (place === at) return;
    let dot = 0;
    for (let lane = 0; lane < (vector?.length ?? 0); lane++) dot += vector![lane]! * (vectors[at]?.[lane] ?? 0);
    if (dot > most) [best, most] = [place, dot];
  });
  return best;
}

/** Rows of the embedding table of the reference model. */
async function embeddingTable(): Promise<(id: number) => Float32Array> {
  const { tensors } = await readWeightFiles(model);
  const name = [...tensors.keys()].find((key) => key.endsWith('wte.weight') || key.endsWith('embed_tokens.weight'));
  const place = tensors.get(name ?? '');
  expect(place?.dtype).toBe('F32');
  const { file = '', offset = 0, length = 0, shape = [] } = place ?? {};
  const bytes = readFileSync(join(model, file)).subarray(offset, offset + length);
  const [, width = 0] = shape;
  const values = Float32Array.from({ length: length / 4 }, (_, at) => bytes.readFloatLE(4 * at));
  return (id) => values.subarray(id * width, (id + 1) * width);
}
