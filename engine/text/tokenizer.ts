// Text to token ids and back, for one model's tokenizer.json. It knows no chat, no template and no cache.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { LRUCache } from 'lru-cache';
import { EngineError } from '../errors.ts';

/**
 * Characters of recently encoded pieces that are kept: a document that comes back is not tokenised again. Each reader
 * has pieces of their own, or the time it takes would tell what somebody else has read.
 */
const MEMO_CHARACTERS = 8_000_000;

/** Between lines, where neither ends or begins with white space. */
const LINE_START = /(?<=\S\n)(?=\S)/u;
/** What stands before and behind the ends of lines. */
const LINES = '| a | b |\n| 1,5 | (x) |\nName: Bo.\nnext line\n\nThen\n  more\n- item\n1. two\n\ttab\n"end"\n#é\n';

export interface TokenizerConfig {
  chatTemplate: string | null;
  bosToken: string;
  eosToken: string;
}

export class Tokenizer {
  readonly config: TokenizerConfig;
  readonly #inner: HuggingFaceTokenizer;
  readonly #splitter: RegExp | null;
  readonly #specials: RegExp | null;
  /** Whether a line has the same tokens alone as among others: a text is then remembered line by line. */
  readonly #isByLine: boolean;
  readonly #memo = new LRUCache<string, number[]>({
    maxSize: MEMO_CHARACTERS,
    sizeCalculation: (ids, text) => text.length + ids.length + 1,
  });

  /** Opens `tokenizer.json` and `tokenizer_config.json` of a model folder. Throws `model-damaged` where they cannot be read. */
  static open(folder: string): Tokenizer {
    const tokenizer = readJson(join(folder, 'tokenizer.json'), 'required');
    const config = readJson(join(folder, 'tokenizer_config.json'), 'optional');
    const templateFile = join(folder, 'chat_template.jinja');
    if (existsSync(templateFile)) config['chat_template'] = readFileSync(templateFile, 'utf8');
    try {
      return new Tokenizer(tokenizer, config);
    } catch (error) {
      throw new EngineError('model-damaged', `The tokenizer in ${folder} is not one that Hearth can read.`, {
        cause: error,
      });
    }
  }

  private constructor(tokenizer: Record<string, unknown>, config: Record<string, unknown>) {
    this.#inner = new HuggingFaceTokenizer(tokenizer, config);
    this.config = {
      chatTemplate: templateOf(config['chat_template']),
      bosToken: contentOf(config['bos_token']),
      eosToken: contentOf(config['eos_token']),
    };
    const specials = [...this.#inner.get_added_tokens_decoder().values()];
    const plain = specials.every((token) => !token.lstrip && !token.rstrip && !token.single_word);
    this.#specials = anyOf(specials.filter((token) => token.special).map((token) => token.content));
    this.#splitter = plain ? anyOf(specials.map((token) => token.content)) : null;
    if (this.#splitter !== null && !this.#piecesAreIndependent(specials[0]?.content ?? '')) this.#splitter = null;
    this.#isByLine = this.#splitter !== null && !hasTokenAcrossLines(tokenizer) && this.#linesAreIndependent();
  }

  /**
   * Token ids of `text`. Special tokens written in the text are recognised; none is added, unless `addSpecial`.
   */
  encode(text: string, options: { addSpecial?: boolean } = {}): Int32Array {
    return Int32Array.from(this.#inner.encode(text, { add_special_tokens: options.addSpecial === true }).ids);
  }

  /**
   * Token ids of `text`, and for each of the ascending character positions how many leading tokens lie wholly before it.
   * `reader` is whose repeated pieces are remembered.
   */
  encodeWithBoundaries(
    text: string,
    positions: readonly number[],
    reader: string,
  ): { tokens: Int32Array; boundaries: number[] } {
    const tokens: number[] = [];
    const boundaries: number[] = [];
    let start = 0;
    for (const piece of this.#split(text)) {
      const ids = this.#encodePiece(piece, reader);
      const end = start + piece.length;
      for (let position = positions[boundaries.length]; position !== undefined && position < end;) {
        const head =
          position <= start ? 0 : sharedLength(this.#encodePiece(piece.slice(0, position - start), reader), ids);
        boundaries.push(tokens.length + head);
        position = positions[boundaries.length];
      }
      tokens.push(...ids);
      start = end;
    }
    while (boundaries.length < positions.length) boundaries.push(tokens.length);
    return { tokens: Int32Array.from(tokens), boundaries };
  }

  /**
   * The same text with its special tokens made plain text (by an invisible character), so that what people write
   * or attach cannot pose as another role of the chat.
   */
  withoutSpecials(text: string): string {
    if (this.#specials === null) return text;
    return text.replace(this.#specials, (token) => `${token.slice(0, 1)}\u2060${token.slice(1)}`);
  }

  /** Text of token ids, without special tokens. */
  decode(ids: readonly number[]): string {
    if (ids.length === 0) return '';
    return this.#inner.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }

  /** The text of one token as it stands in the vocabulary, special tokens included; for views that show single tokens. */
  tokenText(id: number): string {
    return this.#inner.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  }

  #split(text: string): string[] {
    const pieces = this.#splitter === null ? [text] : text.split(this.#splitter);
    return (this.#isByLine ? pieces.flatMap((piece) => piece.split(LINE_START)) : pieces).filter(
      (piece) => piece !== '',
    );
  }

  #encodePiece(piece: string, reader: string): number[] {
    const name = `${reader}\n${piece}`;
    const known = this.#memo.get(name);
    if (known !== undefined) return known;
    const { ids } = this.#inner.encode(piece, { add_special_tokens: false });
    this.#memo.set(name, ids);
    return ids;
  }

  // A tokenizer that marks the beginning of a text (a prepended space, say) encodes a piece differently alone.
  #piecesAreIndependent(special: string): boolean {
    const sample = `one two${special}three  four\n${special}5`;
    return this.#isTheSame(sample, this.#split(sample));
  }

  #linesAreIndependent(): boolean {
    return this.#isTheSame(LINES, LINES.split(LINE_START));
  }

  #isTheSame(text: string, pieces: string[]): boolean {
    const idsOf = (part: string): number[] => this.#inner.encode(part, { add_special_tokens: false }).ids;
    const whole = idsOf(text);
    const parts = pieces.flatMap(idsOf);
    return whole.length === parts.length && whole.every((id, index) => id === parts[index]);
  }
}

/** Matches any of the texts, the longest first, as one group; null for none. */
function anyOf(texts: string[]): RegExp | null {
  if (texts.length === 0) return null;
  const escaped = texts
    .filter((text) => text !== '')
    .toSorted((a, b) => b.length - a.length)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`(${escaped.join('|')})`, 'gu');
}

/**
 * Whether some token holds a line's end and something visible behind it, or that cannot be told: then the tokens of a
 * line may depend on the next one. In byte-level vocabularies a line's end is written as Ċ, white space as Ġ, ĉ and č.
 */
function hasTokenAcrossLines(tokenizer: Record<string, unknown>): boolean {
  const { type, vocab } = (tokenizer['model'] ?? {}) as { type?: unknown; vocab?: unknown };
  if (type !== 'BPE' || typeof vocab !== 'object' || vocab === null || Array.isArray(vocab)) return true;
  return Object.keys(vocab).some((token) => /[\nĊ][^\sĊĠĉč]/u.test(token));
}

function sharedLength(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function readJson(file: string, need: 'required' | 'optional'): Record<string, unknown> {
  if (!existsSync(file)) {
    if (need === 'optional') return {};
    throw new EngineError('model-damaged', `The model has no tokenizer: ${file} is missing. Import the model again.`);
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new EngineError('model-damaged', `${file} is not valid JSON. Import the model again.`, { cause: error });
  }
}

/** Hugging Face writes a template as text, or as a list of named ones. */
function templateOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const named = value as { name?: unknown; template?: unknown }[];
  const chosen = named.find((entry) => entry.name === 'default') ?? named[0];
  return typeof chosen?.template === 'string' ? chosen.template : null;
}

function contentOf(token: unknown): string {
  if (typeof token === 'string') return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === 'string' ? content : '';
}
