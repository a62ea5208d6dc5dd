// Encodes texts with the app's tokenizer library and compares with what the trainer produced (check_tokenizer.py wrote the file).
// Usage: node check-tokenizer.mjs TOKENIZER_JSON TOKENIZER_CONFIG_JSON CASES_JSONL
import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';

const [tokenizerPath, configPath, casesPath] = process.argv.slice(2);
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const tokenizer = new Tokenizer(json(tokenizerPath), json(configPath));
const cases = readFileSync(casesPath, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const wrong = cases.filter(({ text, ids }) => String(tokenizer.encode(text, { add_special_tokens: false }).ids) !== String(ids));
for (const { text, ids } of wrong.slice(0, 5)) {
  console.log(JSON.stringify({ text, trainer: ids, library: tokenizer.encode(text, { add_special_tokens: false }).ids }));
}
console.log(`${cases.length} texts, ${wrong.length} differ`);
process.exitCode = wrong.length > 0 ? 1 : 0;
