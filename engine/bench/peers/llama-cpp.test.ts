// What llama.cpp says of itself, read. Its answers are checked where it is installed.

import { expect, test } from 'vitest';
import { featuresIn } from './llama-cpp.ts';

test('of what it knows of a processor only what is in use is named', () => {
  expect(featuresIn('CPU : SSE3 = 1 | AVX512 = 0 | AVX2 = 1 | LLAMAFILE = 1 | ')).toEqual([
    'SSE3',
    'AVX2',
    'LLAMAFILE',
  ]);
});
