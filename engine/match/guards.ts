// What may not differ between two texts whose rows stand in for each other: digits, units, names, negations, rare
// words. Pure: words and rules, no model. It makes reuse smaller, never larger.

import { CONTRASTS, NEGATIONS, NUMBER_WORDS, OPENERS, REVERSING_PREFIXES, UNITS } from './guard-words.ts';
import type { TokenRange } from '../types.ts';

export type TextOf = (id: number) => string;

/** `sign`: a token without letters and digits. */
export type GuardKind = 'number' | 'unit' | 'name' | 'negation' | 'contrast' | 'rare' | 'sign';

/** Tokens of a text as the guards see them, one item per token. */
export interface GuardedText {
  tokens: Int32Array;
  /** The guarded word that the token is part of; null: it may stand for a like one. */
  guards: (GuardKind | null)[];
  /**
   * A number for the guarded words from the sentence's beginning up to the token's own, in order. -1 where that is not
   * known. Two sentences that differ in a guarded word differ here from that word to their end: what follows was
   * computed with that word in mind.
   */
  states: Int32Array;
  /** The token's word, lower case; empty for tokens without letters. */
  words: string[];
}

interface Word {
  /** Tokens, end exclusive. */
  start: number;
  end: number;
  text: string;
}

/** Words of ids above this are rare in any tokenizer whose ids are given out by frequency. */
const RARE_ID = 8192;
/** With the signs of a number: "-5", "<3", "€20", "7.5%". */
const WORD = /(?:[-−+±<>≤≥=~$€£]+(?=\p{N}))?[\p{L}\p{M}\p{N}\uFFFD]+(?:['’.,:/-][\p{L}\p{M}\p{N}]+)*[%‰°]?/gu;
const HAS_DIGIT = /\p{N}/u;
/** Half a character: a token that is part of one. */
const BROKEN = '\uFFFD';
const UNKNOWN = -1;

/** `atSentenceStart`: whether the first token begins a sentence; else nothing is known up to the next one. */
export function guardText(tokens: Int32Array, textOf: TextOf, atSentenceStart: boolean): GuardedText {
  const texts = Array.from(tokens, (id) => textOf(id));
  const text: GuardedText = { tokens, guards: [], states: new Int32Array(tokens.length), words: [] };
  const wordAt = wordsByToken(texts);
  let state = atSentenceStart ? 0 : UNKNOWN;
  let isFirst = atSentenceStart;
  let kind: GuardKind | null = null;
  for (let at = 0; at < tokens.length; at++) {
    const word = wordAt[at];
    const tokenText = texts[at] ?? '';
    if (word?.start === at) {
      if (/\n/.test(tokenText)) [state, isFirst] = [0, true];
      kind = guardOf(word, { ids: tokens.subarray(word.start, word.end), isFirst });
      isFirst = false;
      if (kind !== null && state !== UNKNOWN) state = hash(state, word.text);
    }
    text.states[at] = state;
    text.guards.push(word ? kind : 'sign');
    text.words.push(word ? word.text.toLowerCase() : '');
    // The mark that ends a sentence still belongs to it; one inside of a word ends nothing.
    const ends = word ? at === word.end - 1 && /[.!?\n]\s*$/.test(tokenText) : /[.!?\n]/.test(tokenText);
    if (ends) [state, isFirst] = [0, true];
  }
  return text;
}

/** The tokens start..end-1, with what is known of them from the whole text. */
export function partOf(text: GuardedText, { start, end }: TokenRange): GuardedText {
  return {
    tokens: text.tokens.subarray(start, end),
    guards: text.guards.slice(start, end),
    states: text.states.subarray(start, end),
    words: text.words.slice(start, end),
  };
}

/** Whether the donor's token may stand for the prompt's, as far as words can tell. */
export function mayStandFor(prompt: GuardedText, at: number, donor: { text: GuardedText; at: number }): boolean {
  const state = prompt.states[at] ?? UNKNOWN;
  if (state === UNKNOWN || state !== donor.text.states[donor.at]) return false;
  if (prompt.tokens[at] === donor.text.tokens[donor.at]) return true;
  if (prompt.guards[at] !== null || donor.text.guards[donor.at] !== null) return false;
  return !areOpposite(prompt.words[at] ?? '', donor.text.words[donor.at] ?? '');
}

function guardOf(word: Word, at: { ids: Int32Array; isFirst: boolean }): GuardKind | null {
  const { text } = word;
  const lower = text.toLowerCase().replaceAll('’', "'");
  if (text.includes(BROKEN)) return 'rare';
  if (HAS_DIGIT.test(text) || NUMBER_WORDS.has(lower)) return 'number';
  if (NEGATIONS.has(lower) || lower.endsWith("n't")) return 'negation';
  if (UNITS.has(lower)) return 'unit';
  if (isName(text, lower, at.isFirst)) return 'name';
  if (CONTRASTS.has(lower)) return 'contrast';
  return at.ids.length > 1 || (at.ids[0] ?? 0) >= RARE_ID ? 'rare' : null;
}

function isName(text: string, lower: string, isFirst: boolean): boolean {
  if (text === lower || text === 'I') return false;
  return !(isFirst && text.slice(1) === lower.slice(1) && OPENERS.has(lower));
}

/** "safe" and "unsafe", "painful" and "painless". */
function areOpposite(left: string, right: string): boolean {
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (long.endsWith('less') && long.slice(0, -4) === short.replace(/ful$/, '')) return true;
  return REVERSING_PREFIXES.some((prefix) => long === prefix + short);
}

/** For each token the word that it is part of. */
function wordsByToken(texts: readonly string[]): (Word | undefined)[] {
  const byToken: (Word | undefined)[] = texts.map(() => undefined);
  const ends: number[] = [];
  let length = 0;
  for (const text of texts) ends.push((length += text.length));
  let token = 0;
  for (const match of texts.join('').matchAll(WORD)) {
    const end = match.index + match[0].length;
    while ((ends[token] ?? Infinity) <= match.index) token++;
    const start = token;
    while ((ends[token] ?? Infinity) < end) token++;
    const word = { start, end: token + 1, text: match[0] };
    for (let at = word.start; at < word.end; at++) byToken[at] = word;
  }
  return byToken;
}

/** 31 bits, never negative. */
function hash(state: number, text: string): number {
  let mixed = Math.imul(state ^ 0x9e37_79b9, 0x85eb_ca6b);
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x0100_0193);
  return (mixed ^ (mixed >>> 15)) & 0x7fff_ffff;
}
