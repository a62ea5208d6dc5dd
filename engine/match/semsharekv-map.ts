// The token map of SemShareKV (arXiv 2509.24832): for each token of a prompt the one of an earlier prompt that is nearest
// in meaning and place. Embeddings are turned by their position (RoPE over their full width), so that a like token close
// by beats the same one far away; signatures propose, the exact cosine decides. Not one to one.
//
// Guess, where the paper is silent: a token whose best candidate has a cosine below 0.5 is unmatched.

import { setImmediate } from 'node:timers/promises';
import type { TokenRange } from '../types.ts';
import { candidates, signatures } from './lsh.ts';
import { normOf } from './similar-embedding.ts';
import type { Embed } from './similar-embedding.ts';

const CANDIDATES = 8;
const LEAST_COSINE = 0.5;
const ROPE_BASE = 10_000;
/** Other work gets its turn after so many tokens. */
const TOKENS_AT_ONCE = 256;

interface Turned {
  /** Unit vectors, [tokens, width]. */
  rows: Float32Array;
  width: number;
  signatures: Uint32Array;
}

/** For the tokens in `range` of the prompt the place of their match in `past`; -1 where there is none. */
export async function mapTokens(
  tokens: Int32Array,
  range: TokenRange,
  { past, embed }: { past: Int32Array; embed: Embed },
): Promise<Int32Array> {
  const map = new Int32Array(range.end - range.start).fill(-1);
  if (map.length === 0 || past.length === 0) return map;
  const donor = await turned(past, { start: 0, end: past.length }, embed);
  for (let start = range.start; start < range.end; start += TOKENS_AT_ONCE) {
    const end = Math.min(start + TOKENS_AT_ONCE, range.end);
    const asked = await turned(tokens, { start, end }, embed);
    const near = candidates(asked.signatures, donor.signatures, CANDIDATES);
    for (let row = 0; row < end - start; row++) {
      map[start - range.start + row] = nearest(asked, donor, { row, near });
    }
  }
  return map;
}

function nearest(asked: Turned, donor: Turned, { row, near }: { row: number; near: Int32Array }): number {
  let [best, most] = [-1, LEAST_COSINE];
  for (let item = row * CANDIDATES; item < (row + 1) * CANDIDATES; item++) {
    const other = near[item]!;
    if (other < 0) break;
    let cosine = 0;
    for (let lane = 0; lane < asked.width; lane++) {
      cosine += asked.rows[row * asked.width + lane]! * donor.rows[other * asked.width + lane]!;
    }
    if (cosine > most) [best, most] = [other, cosine];
  }
  return best;
}

async function turned(tokens: Int32Array, { start, end }: TokenRange, embed: Embed): Promise<Turned> {
  const rows = (await embed(tokens.subarray(start, end))).slice();
  const width = rows.length / (end - start);
  const parts: Uint32Array[] = [];
  for (let first = start; first < end; first += TOKENS_AT_ONCE) {
    const last = Math.min(first + TOKENS_AT_ONCE, end);
    const part = rows.subarray((first - start) * width, (last - start) * width);
    for (let position = first; position < last; position++) {
      turn(part.subarray((position - first) * width, (position - first + 1) * width), position);
    }
    parts.push(signatures(part, width));
    await setImmediate();
  }
  return { rows, width, signatures: Uint32Array.from(parts.flatMap((part) => [...part])) };
}

/** Makes a row a unit vector, turned by its position. */
function turn(row: Float32Array, position: number): void {
  const half = row.length >> 1;
  const norm = normOf(row) || 1;
  for (let lane = 0; lane < row.length; lane++) row[lane] = row[lane]! / norm;
  for (let lane = 0; lane < half; lane++) {
    const angle = position * ROPE_BASE ** (-lane / half);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [x, y] = [row[lane]!, row[half + lane]!];
    row[lane] = x * cos - y * sin;
    row[half + lane] = x * sin + y * cos;
  }
}
