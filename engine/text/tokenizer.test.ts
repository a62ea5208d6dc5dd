// The tokenizer: a text that is remembered line by line has the tokens that it has as a whole.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../sample/random.ts';
import { Tokenizer } from './tokenizer.ts';

const STARTER = join(import.meta.dirname, '../../resources/models/starter');
const folder = mkdtempSync(join(tmpdir(), 'hearth-tokenizer-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Text of many kinds of lines, by chance. */
function linesOf(count: number, seed: number): string {
  const random = seededRandom(seed);
  const parts = ['the', ' bin', ' 12', '.', '|', ' ', '  ', '\t', '\n', '\n', '\n\n', '\r\n', '- ', '"', 'é', 'A', '€'];
  return Array.from({ length: count }, () => parts[Math.floor(random() * parts.length)]).join('');
}

function expectWhole(tokenizer: Tokenizer): void {
  for (let seed = 1; seed <= 40; seed++) {
    const text = linesOf(200, seed);
    expect(tokenizer.encodeWithBoundaries(text, [], 'ana').tokens).toEqual(tokenizer.encode(text));
  }
}

describe('line by line', () => {
  test('a text has the tokens that it has as a whole', () => expectWhole(Tokenizer.open(STARTER)));

  test('also where a token of the vocabulary reaches from one line into the next', () => {
    const json = JSON.parse(readFileSync(join(STARTER, 'tokenizer.json'), 'utf8')) as {
      pre_tokenizer: { pretokenizers: { use_regex?: boolean }[] };
      model: { vocab: Record<string, number>; merges: [string, string][] | string[] };
    };
    // Without the splitting of words a merge may join anything.
    json.pre_tokenizer.pretokenizers[1]!.use_regex = false;
    const { vocab, merges } = json.model;
    vocab['Ċt'] = Object.keys(vocab).length;
    (merges as string[]).unshift('Ċ t');
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(json));
    copyFileSync(join(STARTER, 'tokenizer_config.json'), join(folder, 'tokenizer_config.json'));
    const tokenizer = Tokenizer.open(folder);
    expect([...tokenizer.encode('a\nthe')].map((id) => tokenizer.tokenText(id))).toContain('\nt');
    expectWhole(tokenizer);
  });
});
