// Says of found spans what they are: moved text, or text that was edited. Every text of the prompt (a document, a
// message) is looked at by itself: what follows a change in it has seen the old version, to the end of that text.

import type { Space } from '../cache/space.ts';
import type { DonorSpan } from '../cache/span-donor.ts';
import { cutRefs } from '../cache/span-donor.ts';
import type { KvPrecision } from '../contract/settings.ts';
import type { FoundSpan } from './found-span.ts';
import { equalRuns, LEAST_RUN_TOKENS, sharesRun } from './spans-difference.ts';
import { windowIn } from './spans-windows.ts';
import type { Prompt } from '../text/prompt.ts';
import type { Scope, TokenRange } from '../types.ts';

/** Larger differences are another text: what stands on both sides of one is no edited whole. */
export const MOST_EDITED_TOKENS = 256;
/** Rows of a text count as canonical near its beginning only: further in they have seen what may be missing here. */
const BEGINNING_TOKENS = 64;

export interface SpanWish {
  /** Length of the exact prefix. */
  matched: number;
  scopes: readonly Scope[];
  /** Precisions of rows that may be used; left out: the cache's own choice. */
  accept?: readonly KvPrecision[] | undefined;
}

/** Spans behind the exact prefix, ascending and disjoint, never with the last position. */
export function spansOf(space: Space, prompt: Prompt, { matched, scopes, accept }: SpanWish): FoundSpan[] {
  const { tokens, sections, neutral } = prompt;
  const range = { start: matched, end: tokens.length };
  const found = space.findSpans(tokens, range, scopes, { neutral, accept });
  const spans: LabelledSpan[] = [];
  for (let at = 0; at < sections.length && found.length > 0; at++) {
    const text = { start: sections[at] ?? 0, end: sections[at + 1] ?? tokens.length };
    if (text.end > matched) spans.push(...new TextSpans(prompt, text, matched).label(found));
  }
  return joinMoved(spans).map(({ source: _source, ...span }) => span);
}

/** Knows which find it is a part of. */
type LabelledSpan = FoundSpan & { source: DonorSpan };

/** The spans within one text of the prompt. */
class TextSpans {
  readonly #prompt: Prompt;
  readonly #text: TokenRange;
  readonly #matched: number;
  readonly #isDocument: boolean;
  #isEdited = false;
  /** What was reused last in this text, and where it ended. */
  #last: DonorSpan | null = null;
  #end: number;

  constructor(prompt: Prompt, text: TokenRange, matched: number) {
    this.#prompt = prompt;
    this.#text = text;
    this.#matched = matched;
    this.#isDocument = prompt.documents.some((document) => document?.start === text.start);
    this.#end = Math.max(text.start, matched);
  }

  label(found: readonly DonorSpan[]): LabelledSpan[] {
    const spans: LabelledSpan[] = [];
    for (const source of found) {
      const start = Math.max(source.start, this.#text.start);
      const end = Math.min(source.end, this.#text.end);
      if (end <= start) continue;
      // Equal from the beginning of the text on: nothing was changed for this donor.
      const isEdited = source.equalFrom > this.#text.start && (this.#isEdited || this.#followsChange(source));
      if (isEdited) spans.push(...this.#between(source, start));
      spans.push(isEdited ? this.#edited(source, { start, end }) : this.#moved(source, { start, end }));
      this.#isEdited ||= isEdited;
      this.#last = source;
      this.#end = end;
    }
    return spans;
  }

  #moved(source: DonorSpan, { start, end }: TokenRange): LabelledSpan {
    const text = source.donor.textAt(start - source.shift);
    const isBeginning = text !== null && start - source.shift - text.start < BEGINNING_TOKENS;
    const context = text?.isCanonical === true && isBeginning ? 'canonical' : 'other';
    return { start, end, origin: 'moved', context, rows: cutRefs(source.rows, { start, end }), source };
  }

  #edited(source: DonorSpan, { start, end }: TokenRange): LabelledSpan {
    const isCanonical = source.donor.textAt(start - source.shift)?.isCanonical === true;
    return {
      start,
      end,
      origin: 'edited',
      context: isCanonical ? 'canonical' : 'other',
      rows: cutRefs(source.rows, { start, end }),
      windows: [windowIn(this.#prompt, this.#text, { start, end })],
      source,
    };
  }

  /** Whether the text before the span was changed, as far as can be told; in doubt it was. */
  #followsChange(span: DonorSpan): boolean {
    const { start } = this.#text;
    if (this.#matched > start && span.sharesPrefix) return true;
    if (this.#isDocument && span.equalFrom - start <= MOST_EDITED_TOKENS) return true;
    return this.#continuesLast(span) || this.#resemblesBefore(span);
  }

  /** The last span was of the same copy of the same text, a small difference before (in a document, any). */
  #continuesLast(span: DonorSpan): boolean {
    if (this.#last === null) return false;
    const lastEnd = this.#end - this.#last.shift;
    const donorStart = span.equalFrom - span.shift;
    const name = this.#last.donor.textAt(lastEnd - 1)?.name;
    if (name === undefined || donorStart < lastEnd || span.donor.textAt(donorStart)?.name !== name) return false;
    const gap = Math.max(span.equalFrom - this.#end, donorStart - lastEnd);
    return this.#isDocument || gap <= MOST_EDITED_TOKENS;
  }

  /** Shortly before the span, prompt and donor have a run of equal tokens. */
  #resemblesBefore({ donor, equalFrom, shift }: DonorSpan): boolean {
    const reach = MOST_EDITED_TOKENS + LEAST_RUN_TOKENS;
    const before = this.#prompt.tokens.subarray(Math.max(this.#text.start, equalFrom - reach), equalFrom);
    return sharesRun(donor.tokens(equalFrom - shift - reach, equalFrom - shift), before);
  }

  /** Short runs of the donor's text between the last span and this one. */
  #between(source: DonorSpan, start: number): LabelledSpan[] {
    const gap = { start: this.#end, end: start };
    const length = gap.end - gap.start;
    if (length < LEAST_RUN_TOKENS || length > MOST_EDITED_TOKENS) return [];
    const donorEnd = start - source.shift;
    const old = source.donor.tokens(this.#donorGapStart(source, donorEnd, length), donorEnd);
    const fresh = [...this.#prompt.tokens.subarray(gap.start, gap.end)];
    return equalRuns(old, fresh).flatMap(({ oldStart, freshStart, count }) => {
      const part = { start: gap.start + freshStart, end: gap.start + freshStart + count };
      const donorStart = donorEnd - old.length + oldStart;
      const shift = part.start - donorStart;
      const rows = source.donor.refs({ start: donorStart, end: donorStart + count }, shift);
      if (rows === null) return [];
      return [this.#edited({ ...source, ...part, shift, rows }, part)];
    });
  }

  /** Where the donor's side of a gap begins: behind what was reused before it, if that was the same text. */
  #donorGapStart(source: DonorSpan, donorEnd: number, length: number): number {
    const guess = donorEnd - 2 * length - LEAST_RUN_TOKENS;
    if (this.#last !== null && this.#continuesLast(source)) return Math.max(guess, this.#end - this.#last.shift);
    if (this.#last === null && source.sharesPrefix) return Math.max(guess, this.#matched);
    return Math.max(0, guess);
  }
}

/** Parts of one find that were cut where texts meet are one span again; crumbs are left out. */
function joinMoved(spans: readonly LabelledSpan[]): LabelledSpan[] {
  const joined: LabelledSpan[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    const goesOn = last?.origin === 'moved' && span.origin === 'moved' && last.source === span.source;
    if (!goesOn || last.end !== span.start) {
      joined.push(span);
      continue;
    }
    const rows = cutRefs(span.source.rows, { start: last.start, end: span.end });
    joined[joined.length - 1] = { ...last, end: span.end, rows };
  }
  return joined.filter(({ start, end }) => end - start >= LEAST_RUN_TOKENS);
}
