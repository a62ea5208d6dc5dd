// One render per frame, however fast the text comes.

import { expect, it } from 'vitest';
import { textBatch } from './text-batch.ts';

function collect() {
  const frames: (() => void)[] = [];
  const emitted: string[] = [];
  const batch = textBatch(
    (text) => emitted.push(text),
    (run) => frames.push(run),
  );
  return { batch, frames, emitted };
}

it('text of one frame is handed over once', () => {
  const { batch, frames, emitted } = collect();
  for (const piece of ['a', 'b', 'c']) batch.push(piece);
  expect(frames).toHaveLength(1);
  expect(emitted).toEqual([]);
  frames[0]?.();
  batch.push('d');
  expect(frames).toHaveLength(2);
  frames[1]?.();
  expect(emitted).toEqual(['abc', 'd']);
});

it('what is left at the end does not wait for a frame, and does not come twice', () => {
  const { batch, frames, emitted } = collect();
  batch.push('last');
  batch.flush();
  frames[0]?.();
  expect(emitted).toEqual(['last']);
});
