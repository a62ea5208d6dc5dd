// Adds up the answers of scenario `papers`, and says where policy `hearth` does worse than another. Pure.

import { EAGER, HEARTH } from './papers-methods.ts';
import type { Compared } from './quality-led.ts';
import { mean, median, rounded } from './statistics.ts';
import { isWrongFact } from './task-score.ts';
import type { Verdict } from './task-score.ts';

/** One answer by one method, beside that of a full prefill to the same prompt. */
export interface PaperOutcome extends Omit<Compared, 'output'> {
  caseId: string;
  group: string;
  method: string;
  ratio: number | null;
  promptTokens: number;
  answer: string;
  verdict: Verdict;
  /** Of the answer by that of a full prefill. */
  rougeL: number;
  fullTtftMs: number;
}

export interface PaperRow {
  group: string;
  method: string;
  ratio: number | null;
  n: number;
  /** Shares of n. */
  identical: number;
  right: number;
  wrongFact: number;
  rougeL: number;
  meanKl: number | null;
  top1: number | null;
  /** Of n: answered from rows that were not computed again. */
  approximate: number;
  recomputedShare: number | null;
  prefillLayers: number;
  repairLayers: number;
  kvMiB: number;
  /** Median of the times of a full prefill in this method's, and of its own milliseconds per token. */
  ttftRatio: number | null;
  tpotMs: number | null;
}

/** The group of all texts together. */
export const ALL = 'all';

/** In the order in which groups, methods and ratios first come. */
export function paperRows(outcomes: readonly PaperOutcome[], groupOf = (of: PaperOutcome) => of.group): PaperRow[] {
  const cells = Map.groupBy(outcomes, (of) => [groupOf(of), of.method, of.ratio].join('\n'));
  return [...cells.values()].map((cell) => rowOf(cell, groupOf(cell[0]!)));
}

function rowOf(outcomes: readonly PaperOutcome[], group: string): PaperRow {
  const { method, ratio } = outcomes[0]!;
  const share = (accept: (of: PaperOutcome) => boolean) => rounded(outcomes.filter(accept).length / outcomes.length, 4);
  const average = (value: (of: PaperOutcome) => number) => rounded(mean(outcomes.map(value)) ?? 0, 4);
  const total = (value: (of: PaperOutcome) => number) => outcomes.reduce((sum, of) => sum + value(of), 0);
  const kl = outcomes.flatMap((of) => of.kl);
  const spanTokens = total((of) => of.spanTokens);
  const ttft = median(outcomes.map(({ fullTtftMs, ttftMs }) => fullTtftMs / ttftMs));
  const tpot = median(outcomes.flatMap(({ tpotMs }) => (tpotMs === null ? [] : [tpotMs])));
  return {
    group,
    method,
    ratio,
    n: outcomes.length,
    identical: share((of) => of.isIdentical),
    right: share(({ verdict }) => verdict === 'right'),
    wrongFact: share(({ verdict }) => isWrongFact(verdict)),
    rougeL: average((of) => of.rougeL),
    meanKl: kl.length === 0 ? null : Number(mean(kl)!.toPrecision(4)),
    top1: kl.length === 0 ? null : rounded(total((of) => of.agreements) / kl.length, 4),
    approximate: share(isApproximate),
    recomputedShare: spanTokens === 0 ? null : rounded(total((of) => of.recomputedTokens) / spanTokens, 4),
    prefillLayers: average((of) => of.prefillLayers),
    repairLayers: average((of) => of.repairLayers),
    kvMiB: rounded((mean(outcomes.map((of) => of.kvBytes)) ?? 0) / 2 ** 20),
    ttftRatio: ttft === null ? null : rounded(ttft),
    tpotMs: tpot === null ? null : rounded(tpot),
  };
}

export function isApproximate({ spanTokens, recomputedTokens }: PaperOutcome): boolean {
  return spanTokens > recomputedTokens;
}

export function layersOf({ prefillLayers, repairLayers }: Pick<PaperRow, 'prefillLayers' | 'repairLayers'>): number {
  return prefillLayers + repairLayers;
}

/** Hearth beside another method on the prompts that both answered from approximate rows. */
export interface Duel {
  group: string;
  method: string;
  /** Told to both; null: at equal token-layers. */
  ratio: number | null;
  n: number;
  /** Shares of n answered as by a full prefill. */
  hearth: number;
  other: number;
  hearthLayers: number;
  otherLayers: number;
}

/**
 * At every ratio, method by method, with the repair of Hearth and none of its refusals. Prompts that either of both did
 * not answer approximately do not count.
 */
export function duels(outcomes: readonly PaperOutcome[], groupOf = (of: PaperOutcome) => of.group): Duel[] {
  const swept = outcomes.filter(({ ratio }) => ratio !== null);
  const hearth = new Map(swept.filter(({ method }) => method === EAGER).map((of) => [`${of.caseId}\n${of.ratio}`, of]));
  const others = swept.filter(({ method }) => !method.startsWith(HEARTH));
  const cells = Map.groupBy(others, (of) => [groupOf(of), of.method, of.ratio].join('\n'));
  return [...cells.values()].flatMap((cell) => {
    const pairs = cell.flatMap((other) => {
      const own = hearth.get(`${other.caseId}\n${other.ratio}`);
      return own !== undefined && isApproximate(own) && isApproximate(other) ? [{ own, other }] : [];
    });
    if (pairs.length === 0) return [];
    const share = (of: readonly PaperOutcome[]) =>
      rounded(of.filter(({ isIdentical }) => isIdentical).length / of.length, 4);
    const layers = (of: readonly PaperOutcome[]) => rounded(mean(of.map(layersOf))!, 4);
    const [own, other] = [pairs.map((pair) => pair.own), pairs.map((pair) => pair.other)];
    const { method, ratio } = cell[0]!;
    return {
      group: groupOf(cell[0]!),
      method,
      ratio,
      n: pairs.length,
      hearth: share(own),
      other: share(other),
      hearthLayers: layers(own),
      otherLayers: layers(other),
    };
  });
}

/** A prompt that Hearth answered otherwise than a full prefill does. */
export interface LostCase {
  caseId: string;
  method: string;
  ratio: number | null;
  /** Methods that reused rows beyond the exact prefix, were told the same ratio, and answered as a full prefill. */
  better: string[];
  expected: string;
  actual: string;
  verdict: Verdict;
}

export function lostCases(outcomes: readonly PaperOutcome[], fullName: string): LostCase[] {
  const expected = new Map(outcomes.filter(({ method }) => method === fullName).map((of) => [of.caseId, of.answer]));
  const byCase = Map.groupBy(outcomes, ({ caseId, ratio }) => `${caseId}\n${ratio}`);
  return outcomes
    .filter((of) => isHearth(of) && !of.isIdentical)
    .map(({ caseId, method, ratio, answer, verdict }) => {
      const beside = byCase.get(`${caseId}\n${ratio}`) ?? [];
      const better = beside.filter((of) => !isHearth(of) && isApproximate(of) && of.isIdentical);
      const names = better.map((of) => of.method);
      return { caseId, method, ratio, better: names, expected: expected.get(caseId) ?? '', actual: answer, verdict };
    });
}

function isHearth({ method }: PaperOutcome): boolean {
  return method.startsWith(HEARTH);
}

/** Points of one method, cheapest first; those of the sweep, or its own as published (ratio null). */
export interface Curve {
  method: string;
  points: { layers: number; identical: number; ratio: number | null }[];
}

export function curves(rows: readonly PaperRow[]): Curve[] {
  return [...Map.groupBy(rows, ({ method }) => method)].map(([method, own]) => ({
    method,
    points: own
      .map((row) => ({ layers: layersOf(row), identical: row.identical, ratio: row.ratio }))
      .sort((a, b) => a.layers - b.layers),
  }));
}

/** Of each method the most answers as by a full prefill, and the fewest token-layers that give them. */
export function cheapestBest(all: readonly Curve[]): (Curve['points'][number] & { method: string })[] {
  return all
    .map(({ method, points }) => {
      const best = Math.max(...points.map(({ identical }) => identical));
      return { method, ...points.find(({ identical }) => identical === best)! };
    })
    .sort((a, b) => b.identical - a.identical || a.layers - b.layers);
}

/** A point of another method beside Hearth at the same token-layers. */
export interface EqualCost {
  group: string;
  method: string;
  ratio: number | null;
  layers: number;
  other: number;
  /** On the line between Hearth's points; null: cheaper than any of them. Beyond the dearest: that of the dearest. */
  hearth: number | null;
}

/** Of one group. */
export function atEqualLayers(group: string, all: readonly Curve[]): EqualCost[] {
  const hearth = all.find(({ method }) => method === HEARTH)?.points ?? [];
  return all
    .filter(({ method }) => !method.startsWith(HEARTH))
    .flatMap(({ method, points }) =>
      points.map(({ layers, identical, ratio }) => ({
        group,
        method,
        ratio,
        layers,
        other: identical,
        hearth: identicalAt(hearth, layers),
      })),
    );
}

function identicalAt(points: Curve['points'], layers: number): number | null {
  const above = points.findIndex((point) => point.layers >= layers);
  if (above === -1) return points.at(-1)?.identical ?? null;
  const [low, high] = [points[above - 1], points[above]!];
  if (low === undefined) return high.layers === layers ? high.identical : null;
  const along = (layers - low.layers) / (high.layers - low.layers);
  return rounded(low.identical + along * (high.identical - low.identical), 4);
}
