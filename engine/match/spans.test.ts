// Moved and edited text as it is found for real prompts in a real cache: every span's rows are those of the same
// tokens in the donor, nothing of another person is found, and what follows an edit is named as such.

import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { BlockKey, BlockRef, EntryRef } from '../cache/block.ts';
import type { KvCache } from '../cache/kv-cache.ts';
import type { Space } from '../cache/space.ts';
import { areRowsOf, openCache, rowsOf, spaceOf, temporaryFolder } from '../cache/test-cache.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { readableScopes } from '../profiles/scopes.ts';
import { ModelText } from '../text/model-text.ts';
import type { Prompt } from '../text/prompt.ts';
import { privateScope } from '../types.ts';
import type { Scope } from '../types.ts';
import { cutBlocks } from '../write-back.ts';
import type { FoundSpan } from './found-span.ts';
import { spansOf } from './spans.ts';

const text = ModelText.open(join(resolve(import.meta.dirname, '../..'), 'resources/models/starter'));
const ana = 'ana' as ProfileId;
const ben = 'ben' as ProfileId;
const NEUTRAL = 'You are a helpful assistant.';
const PIRATE =
  'You are a pirate who has sailed all seas and answers every question about the harbour, the ships and the weather ' +
  'in the rough words of an old sailor, but never forgets a number, a name or a date that stands in the papers.';
const NURSE =
  'You help the nurses of a small clinic by the sea. Answer in one sentence, name the place in the text where you ' +
  'found the answer, and say so plainly when the text does not hold it. Never guess a dose, a name or a date.';

const PLACES = ['harbour', 'garden', 'kitchen', 'library', 'clinic', 'school', 'station', 'market', 'bakery', 'museum'];
const PEOPLE = ['Anna', 'Bert', 'Clara', 'David', 'Emma', 'Frank', 'Greta', 'Henry', 'Ida', 'Jonas'];
const line = (at: number, seed: number) =>
  `The ${PLACES[(at * 7 + seed) % 10]} opens at ${7 + ((at + seed) % 5)} and ${PEOPLE[(at * 3 + seed) % 10]} keeps ` +
  `key number ${((at + 1) * 37 + seed * 11) % 900} for it.`;
/** Paragraphs of three sentences each. */
const document = (seed: number, paragraphs = 8): string =>
  Array.from({ length: paragraphs }, (_, at) =>
    [line(3 * at, seed), line(3 * at + 1, seed), line(3 * at + 2, seed)].join(' '),
  ).join('\n\n');
const HANDBOOK = document(1);
const REPORT = document(2);

interface Asking {
  system?: string;
  documents?: string[];
  scope?: 'library' | 'private';
  messages?: string[];
  by?: ProfileId;
}

function promptOf({ system = NEUTRAL, documents = [], messages = ['Who?'], by = ana, ...asking }: Asking): Prompt {
  const mine = privateScope(by);
  const scope: Scope = asking.scope === 'private' ? mine : 'library';
  return text.prompt({
    system: { text: system, scope: system === NEUTRAL ? 'app' : mine },
    documents: documents.map((each) => ({ text: each, scope })),
    messages: messages.map((each, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', text: each })),
    privateScope: mine,
  });
}

const folder = temporaryFolder();
let cache: KvCache;
let space: Space;
let known: Map<BlockKey, { tokens: Int32Array; start: number; count: number }>;
afterAll(() => {
  cache.close();
  folder[Symbol.dispose]();
});
beforeEach(() => {
  cache?.close();
  cache = openCache(folder);
  cache.remove({});
  space = spaceOf(cache);
  known = new Map();
});

/** Keeps the rows of a prompt as a turn would. */
function keep(prompt: Prompt, chat = 'chat'): void {
  const write = space.begin();
  let parent: BlockKey | null = null;
  for (const cut of cutBlocks(prompt.scopes, 0, prompt.tokens.length)) {
    const at = prompt.documents.findIndex((range) => range && cut.start < range.end && cut.end > range.start);
    const id = at === -1 ? chat : `document ${prompt.tokens.slice(prompt.documents[at]?.start).slice(0, 9).join()}`;
    const entry: EntryRef = { kind: at === -1 ? 'conversation' : 'document', id, label: id };
    const tokens = prompt.tokens.slice(cut.start, cut.end);
    const rows = rowsOf(prompt.tokens, cut.start, cut.end);
    const block = { parent, scope: cut.scope, tokens, rows, entry, prefillMs: 1, precision: 'lossless' } as const;
    parent = write.add({ ...block, decodedStart: 0, decodedEnd: 0 });
    known.set(parent, { tokens: prompt.tokens, start: cut.start, count: tokens.length });
  }
  write.commit();
}

function find(prompt: Prompt, by = ana): FoundSpan[] {
  const scopes = readableScopes(by);
  const { tokens: matched } = space.find(prompt.tokens, scopes);
  const spans = spansOf(space, prompt, { matched, scopes });
  check(prompt, spans, { matched, scopes });
  return spans;
}

/** What must hold for any spans. */
function check(prompt: Prompt, spans: FoundSpan[], { matched, scopes }: { matched: number; scopes: Scope[] }): void {
  let end = matched;
  for (const span of spans) {
    expect(span.start).toBeGreaterThanOrEqual(end);
    end = span.start;
    for (const ref of span.rows) {
      expect(ref.start).toBe(end);
      expect(scopes).toContain(ref.scope);
      expect(isRowsOfSameTokens(prompt, ref)).toBe(true);
      end += ref.count;
    }
    expect(end).toBe(span.end);
    for (const window of span.windows ?? []) {
      expect(window.start).toBeGreaterThanOrEqual(span.start);
      expect(window.end).toBeLessThanOrEqual(span.end);
      expect(window.end).toBeGreaterThan(window.start);
    }
  }
  expect(end).toBeLessThan(prompt.tokens.length);
}

function isRowsOfSameTokens(prompt: Prompt, ref: BlockRef): boolean {
  const block = known.get(ref.key);
  const rows = space.load(ref);
  if (!block || !rows || !areRowsOf(rows, { ...ref, ...block, blockCount: ref.blockCount }, block)) return false;
  const donor = block.tokens.subarray(block.start + ref.offset, block.start + ref.offset + ref.count);
  return donor.join() === prompt.tokens.subarray(ref.start, ref.start + ref.count).join();
}

const reused = (spans: FoundSpan[]): number => spans.reduce((sum, span) => sum + span.end - span.start, 0);
const documentOf = (prompt: Prompt, at = 0) => prompt.documents[at] ?? { start: 0, end: 0 };
const wordsOf = (prompt: Prompt, start: number, end: number): string =>
  [...prompt.tokens.subarray(start, end)].map((id) => text.tokenText(id)).join('');

describe('a moved document', () => {
  test('is found behind another system text, whole, as one span of canonical rows', () => {
    keep(promptOf({ documents: [HANDBOOK] }));
    const prompt = promptOf({ system: PIRATE, documents: [HANDBOOK] });
    const spans = find(prompt);
    const { start, end } = documentOf(prompt);
    expect(spans).toMatchObject([{ origin: 'moved', context: 'canonical' }]);
    expect(spans[0]?.start).toBeLessThanOrEqual(start);
    expect(spans[0]?.end).toBeGreaterThanOrEqual(end);
  });

  test('is not canonical when it was read behind a text of somebody', () => {
    keep(promptOf({ system: NURSE, documents: [HANDBOOK] }));
    expect(find(promptOf({ system: PIRATE, documents: [HANDBOOK] }))).toMatchObject([{ context: 'other' }]);
    cache.remove({});
    keep(promptOf({ system: 'Be brief.', documents: [HANDBOOK] }));
    expect(find(promptOf({ system: PIRATE, documents: [HANDBOOK] }))).toMatchObject([{ context: 'other' }]);
  });

  test('of which there are several copies is taken from the canonical one, and from one only', () => {
    keep(promptOf({ system: NURSE, documents: [HANDBOOK] }));
    keep(promptOf({ documents: [HANDBOOK] }));
    keep(promptOf({ system: 'Be brief and kind.', documents: [HANDBOOK] }));
    const prompt = promptOf({ system: PIRATE, documents: [HANDBOOK] });
    const spans = find(prompt);
    expect(spans).toMatchObject([{ origin: 'moved', context: 'canonical' }]);
    const donors = new Set(spans.flatMap((span) => span.rows.map((ref) => known.get(ref.key)?.tokens)));
    expect(donors.size).toBe(1);
  });

  test('that changed places with another is found, and both are moved, not edited', () => {
    keep(promptOf({ documents: [HANDBOOK, REPORT] }));
    const prompt = promptOf({ documents: [REPORT, HANDBOOK] });
    const spans = find(prompt);
    expect(new Set(spans.map((span) => span.origin))).toEqual(new Set(['moved']));
    const { tokens: matched } = space.find(prompt.tokens, readableScopes(ana));
    expect(matched + reused(spans)).toBeGreaterThan(documentOf(prompt, 1).end - 20);
  });

  test('pasted into a message is moved', () => {
    keep(promptOf({ documents: [HANDBOOK] }));
    const prompt = promptOf({ messages: [`Please shorten this for my mother: ${HANDBOOK}`] });
    expect(find(prompt)).toMatchObject([{ origin: 'moved' }]);
  });

  test('that stands in the prompt twice is found twice', () => {
    keep(promptOf({ system: NURSE, documents: [HANDBOOK] }));
    const prompt = promptOf({ system: PIRATE, documents: [HANDBOOK, REPORT, HANDBOOK] });
    const spans = find(prompt);
    expect(spans).toHaveLength(2);
    expect(spans[0]?.rows.map((ref) => ref.key)).toEqual(spans[1]?.rows.map((ref) => ref.key));
  });
});

describe('an edited document', () => {
  /** Asks about the changed text behind the same system text, or behind another one. */
  const afterEdit = (edit: (text: string) => string, { system = NEUTRAL } = {}) => {
    keep(promptOf({ documents: [HANDBOOK] }));
    const prompt = promptOf({ system, documents: [edit(HANDBOOK)] });
    return { prompt, spans: find(prompt), ...documentOf(prompt) };
  };
  const target = line(7, 1);

  test.each([
    { name: 'a number changed', edit: (old: string) => old.replace(target, target.replace(/\d+/, '11')) },
    { name: 'a name changed', edit: (old: string) => old.replace(target, target.replace(/(?<=and )\w+/, 'Maria')) },
    { name: 'a negation added', edit: (old: string) => old.replace(target, target.replace(' opens', ' never opens')) },
    { name: 'a sentence inserted', edit: (old: string) => old.replace(target, `${target} Nobody may enter by night.`) },
    { name: 'a sentence deleted', edit: (old: string) => old.replace(`${target} `, '') },
    { name: 'a paragraph replaced', edit: (old: string) => old.replace(target, document(5, 1)) },
  ])('$name: all that follows it is edited, with a window right behind the change', ({ edit }) => {
    for (const system of [NEUTRAL, PIRATE]) {
      cache.remove({});
      const { prompt, spans, start, end } = afterEdit(edit, { system });
      const edited = spans.filter((span) => span.origin === 'edited');
      expect(edited.length).toBeGreaterThan(0);
      const last = edited.at(-1);
      expect(last?.end).toBe(end);
      const first = edited[0]!;
      expect(first.windows).toHaveLength(1);
      const window = first.windows![0]!;
      expect(window.start).toBe(first.start);
      expect(window.end - window.start).toBeGreaterThanOrEqual(32);
      expect(window.end - window.start).toBeLessThanOrEqual(256);
      // To the end of the paragraph, where that is further than the least window.
      const rest = wordsOf(prompt, window.start, window.end);
      const paragraph = wordsOf(prompt, window.start, end).split('\n\n')[0] ?? '';
      expect(rest.startsWith(paragraph.trimEnd()) || window.end === end).toBe(true);
      for (const span of spans)
        if (span.start >= first.start) expect(span.origin).toBe(span.end > end ? 'moved' : 'edited');
      for (const span of spans) if (span.end <= first.start) expect(span.origin).toBe('moved');
      expect(
        reused(spans) + (system === NEUTRAL ? space.find(prompt.tokens, readableScopes(ana)).tokens : 0),
      ).toBeGreaterThan((end - start) * 0.8);
    }
  });

  test('whose first words are other ones is edited from there on, also behind another system text', () => {
    const titled = (title: string) => `${title}\n${HANDBOOK}`;
    keep(promptOf({ documents: [titled('Patient: Anna Berg')] }));
    for (const system of [NEUTRAL, PIRATE]) {
      const spans = find(promptOf({ system, documents: [titled('Patient: Maria Holm')] }));
      expect(spans.at(-1)).toMatchObject({ origin: 'edited' });
    }
  });

  test('passes nothing of it on to the next document', () => {
    keep(promptOf({ documents: [HANDBOOK, REPORT] }));
    const prompt = promptOf({ documents: [HANDBOOK.replace(target, `${target} Ring twice.`), REPORT] });
    const spans = find(prompt);
    const next = documentOf(prompt, 1);
    const origins = spans.filter((span) => span.end > next.start).map((span) => span.origin);
    expect(origins).toEqual(['moved']);
    expect(spans.some((span) => span.origin === 'edited' && span.end <= next.start)).toBe(true);
  });

  test('stays edited to its end, whatever copy the rest of it is found in', () => {
    keep(promptOf({ documents: [HANDBOOK] }));
    keep(promptOf({ documents: [REPORT] }));
    const between = Array.from({ length: 60 }, (_, at) => `zebra${at} xylophone${at * 7}`).join(' ');
    const prompt = promptOf({ documents: [`${HANDBOOK.replace(target, 'Closed.')}\n\n${between}\n\n${REPORT}`] });
    const spans = find(prompt);
    expect(spans.length).toBeGreaterThan(1);
    expect(new Set(spans.map((span) => span.origin))).toEqual(new Set(['edited']));
  });

  test('with many changes keeps the short runs between them', () => {
    const lines = Array.from(
      { length: 20 },
      (_, at) => `Drawer ${at} on the left side holds the forks of aunt number ${at}.`,
    );
    keep(promptOf({ documents: [lines.join('\n')] }));
    const changed = lines.map((each, at) => (at >= 8 && at < 11 ? each.replace('left', 'other') : each));
    const prompt = promptOf({ documents: [changed.join('\n')] });
    const spans = find(prompt);
    expect(spans.filter((span) => span.end - span.start < 32).length).toBeGreaterThan(0);
    expect(spans.every((span) => span.origin === 'edited' && span.windows?.length === 1)).toBe(true);
  });
});

describe('scopes', () => {
  test("another person's text is not found, the same text in the library is", () => {
    keep(promptOf({ system: NURSE, documents: [HANDBOOK], scope: 'private' }));
    const asked = promptOf({ system: PIRATE, documents: [HANDBOOK], by: ben, scope: 'private' });
    expect(find(asked, ben)).toEqual([]);
    expect(find(promptOf({ system: PIRATE, documents: [HANDBOOK], scope: 'private' }))).toHaveLength(1);
    keep(promptOf({ documents: [HANDBOOK] }));
    expect(find(asked, ben)[0]?.rows.every((ref) => ref.scope === 'library')).toBe(true);
  });

  test("of equal copies a person's own one is taken", () => {
    keep(promptOf({ documents: [HANDBOOK] }));
    keep(promptOf({ documents: [HANDBOOK], scope: 'private' }));
    const [span] = find(promptOf({ system: PIRATE, documents: [HANDBOOK], scope: 'private' }));
    expect(new Set(span?.rows.map((ref) => ref.scope))).toEqual(new Set([privateScope(ana)]));
  });
});

test('rows made while answering are good donors', () => {
  const first = promptOf({ documents: [REPORT], messages: ['Tell me all about the handbook.', HANDBOOK] });
  keep(first);
  const prompt = promptOf({ system: PIRATE, messages: [`Is this right? ${HANDBOOK}`] });
  expect(reused(find(prompt))).toBeGreaterThan(HANDBOOK.length / 8);
});

test('found rows that are pinned stay; others may be gone when they are loaded', () => {
  keep(promptOf({ documents: [HANDBOOK] }));
  const prompt = promptOf({ system: PIRATE, documents: [HANDBOOK] });
  const refs = find(prompt).flatMap((span) => span.rows);
  const limits = { quotaBytes: 1 << 30, memoryBudgetBytes: 1 << 30 };
  using pin = space.pin(refs);
  cache.flush();
  cache.setLimits({ quotaBytes: 0, memoryBudgetBytes: 0 });
  expect(pin.refs.every((ref) => space.load(ref) !== null)).toBe(true);
  cache.setLimits(limits);
  pin[Symbol.dispose]();
  cache.setLimits({ quotaBytes: 0, memoryBudgetBytes: 0 });
  expect(refs.some((ref) => space.load(ref) === null)).toBe(true);
  expect(find(prompt)).toEqual([]);
  cache.setLimits(limits);
});
