// A model's side of text: from a chat to its prompt, from token ids to text.

import { LRUCache } from 'lru-cache';
import { chatRenderer } from './chat-template.ts';
import type { RenderChat } from './chat-template.ts';
import { Detokenizer } from './detokenizer.ts';
import { buildPrompt } from './prompt.ts';
import type { Prompt, PromptText } from './prompt.ts';
import { Tokenizer } from './tokenizer.ts';

/** What a chat without a system text of its own begins with. Never a date or a name: it is the start of every prompt. */
export const BUILT_IN_SYSTEM_TEXT = 'You are a helpful assistant.';
/** Longer documents are not counted just to show a number. */
const COUNTED_CHARACTERS = 200_000;

export class ModelText {
  readonly #tokenizer: Tokenizer;
  readonly #render: RenderChat;
  readonly #counts = new LRUCache<string, number>({ max: 10_000 });

  /** Throws `model-damaged`. */
  static open(folder: string): ModelText {
    return new ModelText(Tokenizer.open(folder));
  }

  private constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.#render = chatRenderer(tokenizer.config);
  }

  prompt(chat: PromptText): Prompt {
    const plain = (text: string) => this.#tokenizer.withoutSpecials(text);
    const safe: PromptText = {
      ...chat,
      system: { ...chat.system, text: plain(chat.system.text) },
      documents: chat.documents.map((document) => ({ ...document, text: plain(document.text) })),
      messages: chat.messages.map((message) => ({ ...message, text: plain(message.text) })),
    };
    return buildPrompt(safe, this.#render, this.#tokenizer);
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
