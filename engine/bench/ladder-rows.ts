// Adds up the answers of the ladder: one row per workload and way of answering. Pure.

import { mean, median, rounded } from './statistics.ts';
import { isWrongFact } from './task-score.ts';
import type { Verdict } from './task-score.ts';
import type { WorkloadName } from './workloads.ts';

/** One answer of one way, beside that of `off` to the same prompt. */
export interface LadderOutcome {
  caseId: string;
  workload: WorkloadName;
  way: string;
  promptTokens: number;
  answer: string;
  isIdentical: boolean;
  verdict: Verdict;
  /** Whether `off` gives the right answer. */
  offIsRight: boolean;
  /** Of each token that `off` took; empty where nothing was led along them. */
  kl: number[];
  /** How many of them the way would have taken itself. */
  agreements: number;
  /** Rows of the exact prefix, of reused spans, and of those the ones computed again. */
  prefixTokens: number;
  spanTokens: number;
  recomputedTokens: number;
  /** Tokens of spans that were found, whether or not they were used. */
  foundTokens: number;
  tokenLayers: number;
  ttftMs: number;
  offTtftMs: number;
}

export interface LadderRow {
  workload: WorkloadName;
  way: string;
  n: number;
  promptTokens: number;
  /** Shares of n. */
  identical: number;
  right: number;
  wrongFact: number;
  oldFact: number;
  meanKl: number | null;
  maxKl: number | null;
  top1: number | null;
  /** Of the prompt's tokens. */
  reusedShare: number;
  /** Of the reused span tokens, those computed again. */
  recomputedShare: number | null;
  tokenLayers: number;
  /** Median over the prompts of the time of `off` in this way's time. */
  ttftRatio: number | null;
  /** Share of the prompts answered from approximate rows, and of those where rows were found but not used. */
  approximate: number;
  refused: number;
  /** Of the answers from approximate rows alone. */
  approximateIdentical: number | null;
  approximateWrongFact: number | null;
  /** Of the answers that `off` gives rightly. */
  rightIdentical: number | null;
}

/** Known to be wrong; it stands there to be compared with. */
const NOTHING_REPAIRED = 'stale';

/** In the order in which workloads and ways first come. */
export function ladderRows(outcomes: readonly LadderOutcome[]): LadderRow[] {
  const groups = Map.groupBy(outcomes, ({ workload, way }) => `${workload}\n${way}`);
  return [...groups.values()].map(rowOf);
}

function rowOf(outcomes: readonly LadderOutcome[]): LadderRow {
  const [{ workload, way }] = outcomes as [LadderOutcome];
  const approximate = outcomes.filter(isApproximate);
  const kl = outcomes.flatMap((outcome) => outcome.kl);
  const spanTokens = sum(outcomes, (outcome) => outcome.spanTokens);
  const compared = outcomes.filter((outcome) => outcome.kl.length > 0);
  const agreements = sum(compared, (outcome) => outcome.agreements);
  const of = (accept: (outcome: LadderOutcome) => boolean) => share(outcomes, accept) ?? 0;
  const average = (value: (outcome: LadderOutcome) => number, digits: number) =>
    rounded(mean(outcomes.map(value)) ?? 0, digits);
  const isWrong = ({ verdict }: LadderOutcome) => isWrongFact(verdict);
  return {
    workload,
    way,
    n: outcomes.length,
    promptTokens: average((outcome) => outcome.promptTokens, 0),
    identical: of((outcome) => outcome.isIdentical),
    right: of(({ verdict }) => verdict === 'right'),
    wrongFact: of(isWrong),
    oldFact: of(({ verdict }) => verdict === 'old'),
    meanKl: kl.length === 0 ? null : Number((mean(kl) ?? 0).toPrecision(4)),
    maxKl: kl.length === 0 ? null : rounded(Math.max(...kl), 4),
    top1: kl.length === 0 ? null : rounded(agreements / kl.length, 4),
    reusedShare: average(({ prefixTokens, spanTokens, promptTokens }) => (prefixTokens + spanTokens) / promptTokens, 4),
    recomputedShare:
      spanTokens === 0 ? null : rounded(sum(outcomes, (outcome) => outcome.recomputedTokens) / spanTokens, 4),
    tokenLayers: average((outcome) => outcome.tokenLayers, 4),
    ttftRatio: ratioOf(outcomes),
    approximate: of(isApproximate),
    refused: of((outcome) => !isApproximate(outcome) && outcome.foundTokens > 0),
    approximateIdentical: share(approximate, (outcome) => outcome.isIdentical),
    approximateWrongFact: share(approximate, isWrong),
    rightIdentical: share(
      outcomes.filter(({ offIsRight }) => offIsRight),
      (outcome) => outcome.isIdentical,
    ),
  };
}

function isApproximate({ spanTokens, recomputedTokens }: LadderOutcome): boolean {
  return spanTokens > recomputedTokens;
}

function ratioOf(outcomes: readonly LadderOutcome[]): number | null {
  const ratio = median(outcomes.map(({ offTtftMs, ttftMs }) => offTtftMs / ttftMs));
  return ratio === null ? null : rounded(ratio);
}

function share(outcomes: readonly LadderOutcome[], accept: (outcome: LadderOutcome) => boolean): number | null {
  return outcomes.length === 0 ? null : rounded(outcomes.filter(accept).length / outcomes.length, 4);
}

function sum(outcomes: readonly LadderOutcome[], value: (outcome: LadderOutcome) => number): number {
  return outcomes.reduce((total, outcome) => total + value(outcome), 0);
}

/** A verified answer that is not the answer of `off`. There must be none. */
export interface VerifiedDifference {
  caseId: string;
  expected: string;
  actual: string;
}

export interface VerifiedAnswers {
  prompts: number;
  differences: VerifiedDifference[];
}

export function verifiedDifferences(outcomes: readonly LadderOutcome[]): VerifiedAnswers {
  const offs = offsOf(outcomes);
  const verified = outcomes.filter(({ way }) => way === 'verified');
  const differences = verified
    .filter(({ isIdentical }) => !isIdentical)
    .map(({ caseId, answer }) => ({ caseId, expected: offs.get(caseId)?.answer ?? '', actual: answer }));
  return { prompts: verified.length, differences };
}

/** An answer with a wrong fact where `off` gave none: what one looks at when a figure is bad. */
export interface TurnedWrong {
  caseId: string;
  way: string;
  verdict: Verdict;
  expected: string;
  actual: string;
}

export function turnedWrong(outcomes: readonly LadderOutcome[]): TurnedWrong[] {
  const offs = offsOf(outcomes);
  return outcomes.flatMap(({ caseId, way, verdict, answer }) => {
    const off = offs.get(caseId);
    if (off === undefined || isWrongFact(off.verdict) || !isWrongFact(verdict) || way === NOTHING_REPAIRED) return [];
    return [{ caseId, way, verdict, expected: off.answer, actual: answer }];
  });
}

function offsOf(outcomes: readonly LadderOutcome[]): Map<string, LadderOutcome> {
  return new Map(outcomes.filter(({ way }) => way === 'off').map((outcome) => [outcome.caseId, outcome]));
}

const COLUMNS: readonly [head: string, value: (row: LadderRow) => string][] = [
  ['way', (row) => row.way],
  ['n', (row) => String(row.n)],
  ['tokens', (row) => String(row.promptTokens)],
  ['as off', (row) => percent(row.identical)],
  ['right', (row) => percent(row.right)],
  ['wrong', (row) => percent(row.wrongFact)],
  ['old', (row) => percent(row.oldFact)],
  ['mean KL', (row) => row.meanKl?.toExponential(1) ?? '-'],
  ['max KL', (row) => row.maxKl?.toFixed(2) ?? '-'],
  ['top-1', (row) => percent(row.top1)],
  ['reused', (row) => percent(row.reusedShare)],
  ['again', (row) => percent(row.recomputedShare)],
  ['layers', (row) => percent(row.tokenLayers)],
  ['TTFT', (row) => (row.ttftRatio === null ? '-' : `${row.ttftRatio.toFixed(2)}x`)],
  ['approx.', (row) => percent(row.approximate)],
  ['refused', (row) => percent(row.refused)],
  ['as off*', (row) => percent(row.approximateIdentical)],
  ['as right off', (row) => percent(row.rightIdentical)],
  ['wrong*', (row) => percent(row.approximateWrongFact)],
];

/** A table per workload, for a person. Columns with a star are of answers from approximate rows alone. */
export function describeLadder({
  rows,
  verified,
}: {
  rows: readonly LadderRow[];
  verified: VerifiedAnswers;
}): string[] {
  const groups = Map.groupBy(rows, (row) => row.workload);
  const tables = [...groups].flatMap(([workload, own]) => {
    const cells = [COLUMNS.map(([head]) => head), ...own.map((row) => COLUMNS.map(([, value]) => value(row)))];
    const widths = COLUMNS.map((_, at) => Math.max(...cells.map((line) => line[at]!.length)));
    const lines = cells.map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
    );
    return [workload, ...lines, ''];
  });
  const { prompts, differences } = verified;
  if (prompts === 0) return tables;
  const same = `verified answers as those of off: ${prompts - differences.length} of ${prompts}`;
  return [
    ...tables,
    same,
    ...differences.map(({ caseId, expected, actual }) => `${caseId}: "${expected}" / "${actual}"`),
  ];
}

function percent(value: number | null): string {
  return value === null ? '-' : (100 * value).toFixed(1);
}
