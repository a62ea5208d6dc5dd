// Adds up the answers of benchmark `starter`: shares by row, by kind of question, and against the case before a change.

import { mean, rounded } from './statistics.ts';
import type { StarterCase, StarterGroup, StarterTurn } from './starter-draw.ts';
import { isWrongFact, verdictOn } from './task-score.ts';
import type { Verdict } from './task-score.ts';

export interface StarterOutcome {
  caseId: string;
  baseId: string | null;
  group: StarterGroup;
  name: string;
  kind: string;
  question: string;
  answer: string;
  /** The value that was asked for. */
  wanted: string;
  isUnanswerable: boolean;
  /** Of an unanswerable question: `right` is a refusal. */
  verdict: Verdict;
  /** Right, and the key is named as it stands in the question. */
  isWhole: boolean;
  isRefusal: boolean;
  promptTokens: number;
}

export interface StarterRow {
  group: StarterGroup | 'kind';
  name: string;
  n: number;
  promptTokens: number;
  /** Shares of n. Of unanswerable questions `right` are the refusals. */
  right: number;
  /** Right, and the key spelt as asked. Null for questions without a value. */
  whole: number | null;
  /** Another value than the one that is asked for. */
  wrongFact: number;
  /** The value from before the edit. */
  stale: number;
  /** "The document does not say." */
  refused: number;
  /** Of those that were right before the change: how many, and the shares right and stale after it. */
  ofRight: { n: number; right: number; stale: number } | null;
}

const REFUSAL = /\b(?:does not|doesn't) (?:say|mention|tell|state)|\b(?:no|not) (?:information|mentioned|stated)\b/i;

/** Judges an answer. The value alone counts: in a sentence of any form, but with no other value of its kind beside it. */
export function outcomeOf(
  of: StarterCase,
  turn: StarterTurn,
  { answer, promptTokens }: { answer: string; promptTokens: number },
): StarterOutcome {
  const isRefusal = REFUSAL.test(answer);
  const verdict = turn.isUnanswerable ? verdictOnUnanswerable(answer, turn, isRefusal) : strictVerdict(answer, turn);
  const { key, name, kind, question, right: wanted, isUnanswerable } = turn;
  const isWhole = verdict === 'right' && (key === null || answer.toLowerCase().includes(key.toLowerCase()));
  const { id: caseId, baseId, group } = of;
  const asked = { caseId, baseId, group, name, kind, question, wanted, isUnanswerable };
  return { ...asked, answer, verdict, isWhole, isRefusal, promptTokens };
}

function strictVerdict(answer: string, turn: StarterTurn): Verdict {
  const verdict = verdictOn(answer, turn);
  // Several values are no answer: it is judged by the wrong ones.
  return verdict === 'right' && saysAny(answer, [...turn.others, ...(turn.old === null ? [] : [turn.old])])
    ? 'other'
    : verdict;
}

function saysAny(answer: string, values: readonly string[]): boolean {
  return values.some((right) => verdictOn(answer, { right, old: null, others: [], pattern: null }) === 'right');
}

function verdictOnUnanswerable(answer: string, turn: StarterTurn, isRefusal: boolean): Verdict {
  if (saysAny(answer, turn.others)) return 'other';
  if (isRefusal) return 'right';
  return turn.pattern !== null && answer.search(turn.pattern) >= 0 ? 'invented' : 'none';
}

/** In the order in which groups and names first come; those of kinds, over all lengths but the longest, last. */
export function starterRows(outcomes: readonly StarterOutcome[]): StarterRow[] {
  const before = new Map(outcomes.map((outcome) => [outcome.caseId, outcome]));
  const groups = Map.groupBy(outcomes, ({ group, name }) => `${group}\n${name}`);
  const rows = [...groups.values()].map((own) => rowOf(own[0]!, own, before));
  const single = outcomes.filter(({ group, name }) => group === 'length' && !name.startsWith('longest'));
  const kinds = Map.groupBy(single, ({ kind }) => kind);
  const byKind = [...kinds].map(([name, own]) => rowOf({ group: 'kind', name }, own, before));
  return [...rows, ...byKind.toSorted((a, b) => (a.name < b.name ? -1 : 1))];
}

function rowOf(
  { group, name }: Pick<StarterRow, 'group' | 'name'>,
  outcomes: readonly StarterOutcome[],
  before: ReadonlyMap<string, StarterOutcome>,
): StarterRow {
  const of = (accept: (outcome: StarterOutcome) => boolean) => share(outcomes, accept);
  const wereRight = outcomes.filter(({ baseId }) => baseId !== null && before.get(baseId)?.verdict === 'right');
  return {
    group,
    name,
    n: outcomes.length,
    promptTokens: rounded(mean(outcomes.map(({ promptTokens }) => promptTokens)) ?? 0, 0),
    right: of(isRight),
    whole: outcomes.some(({ isUnanswerable }) => isUnanswerable) ? null : of(({ isWhole }) => isWhole),
    wrongFact: of(({ verdict }) => isWrongFact(verdict)),
    stale: of(isStale),
    refused: of(({ isRefusal }) => isRefusal),
    ofRight:
      wereRight.length === 0
        ? null
        : { n: wereRight.length, right: share(wereRight, isRight), stale: share(wereRight, isStale) },
  };
}

function isRight({ verdict }: StarterOutcome): boolean {
  return verdict === 'right';
}

function isStale({ verdict }: StarterOutcome): boolean {
  return verdict === 'old';
}

function share(outcomes: readonly StarterOutcome[], accept: (outcome: StarterOutcome) => boolean): number {
  return rounded(outcomes.filter(accept).length / outcomes.length, 4);
}

export interface PerplexityRow {
  name: string;
  replies: number;
  tokens: number;
  /** Of one token of a reply, its end included. */
  perplexity: number;
  /** The same in bits of one byte of text, which does not depend on the vocabulary. */
  bitsPerByte: number;
}

/** `logs`: the natural logarithm of the probability of each token that was read. */
export function perplexityRow(
  name: string,
  replies: readonly { logs: readonly number[]; text: string }[],
): PerplexityRow {
  const logs = replies.flatMap((reply) => reply.logs);
  const total = -logs.reduce((sum, log) => sum + log, 0);
  const bytes = replies.reduce((sum, { text }) => sum + new TextEncoder().encode(text).length, 0);
  return {
    name,
    replies: replies.length,
    tokens: logs.length,
    perplexity: rounded(Math.exp(total / logs.length), 3),
    bitsPerByte: rounded(total / Math.LN2 / bytes, 3),
  };
}

const COLUMNS: readonly [head: string, value: (row: StarterRow) => string][] = [
  ['', (row) => `${row.group}: ${row.name}`],
  ['n', (row) => String(row.n)],
  ['tokens', (row) => String(row.promptTokens)],
  ['right', (row) => percent(row.right)],
  ['whole', (row) => percent(row.whole)],
  ['wrong', (row) => percent(row.wrongFact)],
  ['stale', (row) => percent(row.stale)],
  ['refused', (row) => percent(row.refused)],
  ['of right', (row) => (row.ofRight === null ? '-' : `${percent(row.ofRight.right)} of ${row.ofRight.n}`)],
];

/** A table for a person, the suggested questions with what was answered, and the perplexity. */
export function describeStarter({
  rows,
  library,
  perplexity,
}: {
  rows: readonly StarterRow[];
  library: readonly { question: string; answer: string; right: boolean }[];
  perplexity: readonly PerplexityRow[];
}): string[] {
  const cells = [COLUMNS.map(([head]) => head), ...rows.map((row) => COLUMNS.map(([, value]) => value(row)))];
  const widths = COLUMNS.map((_, at) => Math.max(...cells.map((line) => line[at]!.length)));
  const table = cells.map((line) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  );
  return [
    ...table,
    '',
    ...library.map(({ question, answer, right }) => `${right ? 'right' : 'WRONG'}  ${question}  ${answer}`),
    '',
    ...perplexity.map(
      (row) =>
        `perplexity ${row.name}: ${row.perplexity} a token, ${row.bitsPerByte} bits a byte ` +
        `(${row.replies} replies, ${row.tokens} tokens)`,
    ),
  ];
}

function percent(value: number | null): string {
  return value === null ? '-' : (100 * value).toFixed(1);
}
