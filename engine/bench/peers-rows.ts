// The rows of scenario `peers`: Hearth's times beside another engine's, over rounds in which all took turns. Pure.

import type { Calm } from './peers/quiet.ts';
import type { GgufType } from './peers/gguf-file.ts';
import { median, rounded } from './statistics.ts';

export interface Precision {
  weights: GgufType;
  keysAndValues: GgufType;
}

/**
 * How a question on a document is answered: by computing everything (`cold`). Where somebody asked about the document
 * before: from rows kept in `memory` or on `disk` for everybody (Hearth); in the very sequence of whoever read the
 * document, where all of their chat lies (`shared`), or in a sequence with that one's state read from a file
 * (`restored`). Where the document then stood behind another system text: `moved`, and at quality fast `movedFast`.
 */
export type Way = 'cold' | 'memory' | 'disk' | 'shared' | 'restored' | 'moved' | 'movedFast';

/** What one engine took in one round, in milliseconds. */
export interface PeerRound {
  ttftMs: Partial<Record<Way, number>>;
  /** For each token after the first. */
  decodeMs: number;
}

export interface PeerRuns {
  engine: string;
  precision: Precision;
  rounds: readonly PeerRound[];
}

interface EngineFigures {
  engine: string;
  precision: Precision;
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
  ttftMs: Partial<Record<Way, number>>;
}

/** How many times Hearth does as well: the median, the least and the most of the rounds, and that of the medians. */
export interface Ratio {
  median: number;
  least: number;
  most: number;
  ofMedians: number;
}

export interface PeerFigures extends EngineFigures {
  /** Whether it computes as Hearth does. */
  isEqual: boolean;
  prefill: Ratio;
  decode: Ratio;
  /** Hearth from memory beside each way of the other engine; `cold`: people share nothing there. */
  secondPerson: Record<'cold' | 'shared' | 'restored', Ratio>;
  /** Hearth's two ways beside computing everything: the other engine reuses no text that stands elsewhere. */
  moved: Record<'moved' | 'movedFast', Ratio>;
}

/** Of the moved document. */
export interface MovedTokens {
  reused: number;
  recomputed: number;
}

export interface PeerRow {
  threads: number;
  promptTokens: number;
  /** Of these the document, and what else stands before the question. */
  documentTokens: number;
  rounds: number;
  calm: Calm;
  hearth: EngineFigures & { movedTokens: Record<'moved' | 'movedFast', MovedTokens> };
  peers: PeerFigures[];
}

export type RowOf = Pick<PeerRow, 'threads' | 'promptTokens' | 'documentTokens' | 'calm'> &
  Pick<PeerRow['hearth'], 'movedTokens'>;

export function peerRow(
  { movedTokens, calm, ...lengths }: RowOf,
  hearth: PeerRuns,
  peers: readonly PeerRuns[],
): PeerRow {
  const { promptTokens } = lengths;
  return {
    ...lengths,
    rounds: hearth.rounds.length,
    calm: { share: rounded(calm.share), othersCores: rounded(calm.othersCores) },
    hearth: { ...figures(hearth, promptTokens), movedTokens },
    peers: peers.map((peer) => {
      const against = (theirs: Way, ours: Way) =>
        ratio(
          peer.rounds.map(({ ttftMs }) => ttftMs[theirs]),
          hearth.rounds.map(({ ttftMs }) => ttftMs[ours]),
        );
      return {
        ...figures(peer, promptTokens),
        isEqual: areEqual(peer.precision, hearth.precision),
        prefill: against('cold', 'cold'),
        decode: ratio(
          peer.rounds.map(({ decodeMs }) => decodeMs),
          hearth.rounds.map(({ decodeMs }) => decodeMs),
        ),
        secondPerson: {
          cold: against('cold', 'memory'),
          shared: against('shared', 'memory'),
          restored: against('restored', 'memory'),
        },
        moved: { moved: against('cold', 'moved'), movedFast: against('cold', 'movedFast') },
      };
    }),
  };
}

function areEqual(one: Precision, other: Precision): boolean {
  return one.weights === other.weights && one.keysAndValues === other.keysAndValues;
}

function figures({ engine, precision, rounds }: PeerRuns, promptTokens: number): EngineFigures {
  const ways = Object.keys(rounds[0]?.ttftMs ?? {}) as Way[];
  const ttftMs = Object.fromEntries(ways.map((way) => [way, middle(rounds.map((round) => round.ttftMs[way]))]));
  return {
    engine,
    precision,
    prefillTokensPerSecond: rounded((1000 * promptTokens) / middle(rounds.map((round) => round.ttftMs.cold)), 1),
    decodeTokensPerSecond: rounded(1000 / middle(rounds.map(({ decodeMs }) => decodeMs)), 1),
    ttftMs: Object.fromEntries(Object.entries(ttftMs).map(([way, ms]) => [way, rounded(ms, 1)])),
  };
}

function ratio(theirs: readonly (number | undefined)[], ours: readonly (number | undefined)[]): Ratio {
  const each = theirs.map((value, round) => (value ?? Number.NaN) / (ours[round] ?? Number.NaN));
  return {
    median: rounded(middle(each)),
    least: rounded(Math.min(...each)),
    most: rounded(Math.max(...each)),
    ofMedians: rounded(middle(theirs) / middle(ours)),
  };
}

function middle(values: readonly (number | undefined)[]): number {
  return median(values.map((value) => value ?? Number.NaN)) ?? Number.NaN;
}
