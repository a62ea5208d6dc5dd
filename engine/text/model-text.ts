// A model's side of text: from a chat to its prompt, from token ids to text.

import { LRUCache } from 'lru-cache';
import { chatRenderer } from './chat-template.ts';
import type { RenderChat } from './chat-template.ts';
import { Detokenizer } from './detokenizer.ts';
import { buildPrompt } from './prompt.ts';
import type { Prompt, PromptText } from './prompt.ts';
import { TokenMarks } from './text-marks.ts';
import { Tokenizer } from './tokenizer.ts';

/** What a chat without a system text of its own begins with. Never a date or a name: it is the start of every prompt. */
export const BUILT_IN_SYSTEM_TEXT = 'You are a helpful assistant.';
/** Longer documents are not counted just to show a number. */
const COUNTED_CHARACTERS = 200_000;

export class ModelText {
  readonly #tokenizer: Tokenizer;
  readonly #render: RenderChat;
  readonly #marks: TokenMarks;
  #neutral: Int32Array | null = null;
  readonly #counts = new LRUCache<string, number>({ max: 10_000 });

  /** Throws `model-damaged`. */
  static open(folder: string): ModelText {
    return new ModelText(Tokenizer.open(folder));
  }

  private constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#render = chatRenderer(tokenizer.config);
    this.#marks = new TokenMarks({
      textOf: (id) => tokenizer.tokenText(id),
      isSpecial: (id) => tokenizer.decode([id]) === '' && tokenizer.tokenText(id) !== '',
    });
  }

  prompt(chat: PromptText): Prompt {
    const plain = (text: string) => this.#tokenizer.withoutSpecials(text);
    const safe: PromptText = {
      ...chat,
      system: { ...chat.system, text: plain(chat.system.text) },
      documents: chat.documents.map((document) => ({ ...document, text: plain(document.text) })),
      messages: chat.messages.map((message) => ({ ...message, text: plain(message.text) })),
    };
    const prompt = buildPrompt(safe, this.#render, this.#tokenizer);
    const ranges = prompt.documents.flatMap((range) => (range === null ? [] : [range.start, range.end]));
    const marks = this.#marks.of(prompt.tokens, [...ranges, prompt.lastMessageStart]);
    return { ...prompt, ...marks, neutral: (this.#neutral ??= this.#neutralBeginning()) };
  }

  /** The tokens that a chat with a document and one without both begin with, if the system text is the built-in one. */
  #neutralBeginning(): Int32Array {
    const begin = (documents: string[]): Int32Array => {
      const system = { text: BUILT_IN_SYSTEM_TEXT, scope: 'app' } as const;
      const messages = [{ role: 'user', text: 'x' } as const];
      const given = documents.map((text) => ({ text, scope: 'app' }) as const);
      const chat: PromptText = { system, documents: given, messages, privateScope: 'app' };
      return buildPrompt(chat, this.#render, this.#tokenizer).tokens;
    };
    const bare = begin([]);
    const other = begin(['x']);
    const parting = bare.findIndex((token, at) => token !== other[at]);
    return parting === -1 ? bare : bare.slice(0, parting);
  }

  /** The text that each token adds, those of the template by their names. Joined they are the text that was read. */
  pieces(tokens: Int32Array): string[] {
    const detokenizer = this.detokenizer();
    return Array.from(tokens, (id) => {
      const text = detokenizer.push(id);
      return text === '' && this.#tokenizer.decode([id]) === '' ? this.tokenText(id) : text;
    });
  }

  /** One token as it stands in the vocabulary. */
  tokenText(id: number): string {
    return this.#tokenizer.tokenText(id);
  }

  detokenizer(): Detokenizer {
    return new Detokenizer((ids) => this.#tokenizer.decode(ids));
  }

  /** Tokens of a document, remembered by its id. Null for one too long to be counted in passing. */
  countTokens(id: string, characters: number, text: () => string): number | null {
    const known = this.#counts.get(id);
    if (known !== undefined) return known;
    if (characters > COUNTED_CHARACTERS) return null;
    const count = this.#tokenizer.encode(this.#tokenizer.withoutSpecials(text())).length;
    this.#counts.set(id, count);
    return count;
  }
}
