// Puts cached blocks of rows together, so that their keys can be rotated in few runs.

import type { KvRows } from '../types.ts';
import type { ModelShape } from './shape.ts';

/** Consecutive blocks in groups of at least `rows` rows, the last group perhaps smaller. */
export function groupBlocks(blocks: readonly KvRows[], rows: number): KvRows[][] {
  const groups: KvRows[][] = [];
  let room = 0;
  for (const block of blocks) {
    if (room <= 0) {
      groups.push([]);
      room = rows;
    }
    groups.at(-1)!.push(block);
    room -= block.count;
  }
  return groups;
}

/** Blocks that follow one another as one block. */
export function joinBlocks(blocks: readonly KvRows[], { layers, kvHeads, headSize }: ModelShape): KvRows {
  if (blocks.length === 1) return blocks[0]!;
  const count = blocks.reduce((total, block) => total + block.count, 0);
  const lanes = layers * kvHeads;
  const joined = {
    count,
    k: new Float32Array(lanes * count * headSize),
    v: new Float32Array(lanes * count * headSize),
  };
  let row = 0;
  for (const block of blocks) {
    const floats = block.count * headSize;
    for (let lane = 0; lane < lanes; lane++) {
      const to = (lane * count + row) * headSize;
      joined.k.set(block.k.subarray(lane * floats, (lane + 1) * floats), to);
      joined.v.set(block.v.subarray(lane * floats, (lane + 1) * floats), to);
    }
    row += block.count;
  }
  return joined;
}

/** The first `count` rows of a block; the block itself where it has no more. */
export function firstRows(block: KvRows, count: number, { layers, kvHeads, headSize }: ModelShape): KvRows {
  if (block.count === count) return block;
  const first = (plane: Float32Array) => {
    const cut = new Float32Array(layers * kvHeads * count * headSize);
    for (let lane = 0; lane < layers * kvHeads; lane++) {
      const from = lane * block.count * headSize;
      cut.set(plane.subarray(from, from + count * headSize), lane * count * headSize);
    }
    return cut;
  };
  return { count, k: first(block.k), v: first(block.v) };
}
