// The prompt of a turn: token ids, and for every position who may reuse what is computed up to it.

import { EngineError } from '../errors.ts';
import { assert } from '../lib/assert.ts';
import { narrowness } from '../types.ts';
import type { Scope, TokenRange } from '../types.ts';
import type { ChatText, RenderChat } from './chat-template.ts';
import type { TextMarks } from './text-marks.ts';
import type { Tokenizer } from './tokenizer.ts';

/** A run of positions that everything before it allows to be reused in `scope`. */
export interface ScopedRange extends TokenRange {
  scope: Scope;
}

/** The token ids of a chat, and where in them its texts lie. */
export interface PromptTokens {
  tokens: Int32Array;
  /** Cover all positions in order; a later range is never less restricted than an earlier one. */
  scopes: ScopedRange[];
  /** Where each document's tokens lie; null where it could not be located. */
  documents: (TokenRange | null)[];
  lastMessageStart: number;
}

export interface Prompt extends PromptTokens, TextMarks {
  /** What every prompt with the built-in system text and nothing of a document or a chat begins with. */
  neutral: Int32Array;
}

export interface PromptText extends ChatText {
  /** The scope of the chat itself: its messages. */
  privateScope: Scope;
}

/** The prompt of a chat. Order and bytes depend on nothing but the texts: a changing prefix would destroy every hit. */
export function buildPrompt(chat: PromptText, render: RenderChat, tokenizer: Tokenizer): PromptTokens {
  const rendered = render(chat);
  const marks: { position: number; scope: Scope }[] = [{ position: 0, scope: 'app' }];
  const restrict = (position: number, scope: Scope) => {
    const current = marks.at(-1);
    assert(narrowness(scope) < 2 || scope === chat.privateScope, "another person's private text is in this prompt");
    if (current !== undefined && narrowness(scope) > narrowness(current.scope)) marks.push({ position, scope });
  };
  if (chat.system.text !== '') restrict(rendered.systemStart, chat.system.scope);
  rendered.documents.forEach((place, index) => {
    const document = chat.documents[index];
    if (place !== null && document !== undefined) restrict(place.start, document.scope);
  });
  restrict(rendered.privateStart, chat.privateScope);

  const places = rendered.documents.flatMap((place) => (place === null ? [] : [place.start, place.end]));
  const positions = [...marks.map((mark) => mark.position), ...places, rendered.lastMessageStart].toSorted(
    (a, b) => a - b,
  );
  const { tokens, boundaries } = tokenizer.encodeWithBoundaries(rendered.text, positions, chat.privateScope);
  const tokenAt = (position: number) => boundaries[positions.indexOf(position)] ?? 0;
  return {
    tokens,
    scopes: scopeRanges(
      marks.map((mark) => ({ start: tokenAt(mark.position), scope: mark.scope })),
      tokens.length,
    ),
    lastMessageStart: tokenAt(rendered.lastMessageStart),
    documents: rendered.documents.map((place) =>
      place === null ? null : { start: tokenAt(place.start), end: tokenAt(place.end) },
    ),
  };
}

function scopeRanges(starts: { start: number; scope: Scope }[], length: number): ScopedRange[] {
  return starts
    .map(({ start, scope }, index) => ({ start, end: starts[index + 1]?.start ?? length, scope }))
    .filter((range) => range.end > range.start);
}

/** Throws `context-exceeded`, with the numbers a person needs, when no token of an answer would fit. */
export function checkContext(promptTokens: number, contextTokens: number): void {
  if (promptTokens < contextTokens) return;
  throw new EngineError(
    'context-exceeded',
    `This chat with its documents is ${promptTokens} tokens long; the model reads at most ${contextTokens}, ` +
      'the answer included. Your message is kept. Start a new chat, or attach a shorter document.',
  );
}
