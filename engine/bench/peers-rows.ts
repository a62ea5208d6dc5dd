// The rows of scenario `peers`: Hearth's times beside another engine's, as medians over rounds in which both took turns. Pure.

import { median, rounded } from './statistics.ts';

/** What one engine took in one round, in milliseconds. `sharedMs` and what follows: time to the first token. */
export interface PeerRound {
  coldMs: number;
  /** For each token after the first. */
  decodeMs: number;
  warm: Partial<Record<WarmWay, number>>;
}

/**
 * How the second person's question on a document is answered that somebody asked about before: from rows kept in
 * `memory` or on `disk` for everybody (Hearth); in a sequence of the person's `own`, or in the very sequence of
 * whoever read the document, where all of their chat lies (`shared`), or in a sequence with that one's state read
 * from a file (`restored`).
 */
export type WarmWay = 'memory' | 'disk' | 'own' | 'shared' | 'restored';

export interface PeerRuns {
  engine: string;
  /** Of weights, keys and values. */
  precision: string;
  rounds: PeerRound[];
}

interface EngineFigures {
  engine: string;
  precision: string;
  prefillTokensPerSecond: number;
  decodeTokensPerSecond: number;
  ttftMs: Partial<Record<'cold' | WarmWay, number>>;
}

/** How many times Hearth does as well: of the medians, and the least and the most of any round. */
interface Ratio {
  median: number;
  least: number;
  most: number;
}

export interface PeerRow {
  promptTokens: number;
  /** Of these the document, and what else stands before the question. */
  documentTokens: number;
  rounds: number;
  hearth: EngineFigures;
  peers: (EngineFigures & {
    prefill: Ratio;
    decode: Ratio;
    /** Hearth from memory against each way of the peer. */
    secondPerson: Partial<Record<WarmWay, Ratio>>;
  })[];
}

export function peerRow(
  lengths: { promptTokens: number; documentTokens: number },
  hearth: PeerRuns,
  peers: readonly PeerRuns[],
): PeerRow {
  return {
    ...lengths,
    rounds: hearth.rounds.length,
    hearth: figures(hearth, lengths.promptTokens),
    peers: peers.map((peer) => ({
      ...figures(peer, lengths.promptTokens),
      prefill: ratio(peer.rounds, hearth.rounds, (round) => round.coldMs),
      decode: ratio(peer.rounds, hearth.rounds, (round) => round.decodeMs),
      secondPerson: Object.fromEntries(
        waysOf(peer).map((way) => {
          const theirs = peer.rounds.map((round) => ({ ...round, coldMs: round.warm[way] ?? Number.NaN }));
          const ours = hearth.rounds.map((round) => ({ ...round, coldMs: round.warm.memory ?? Number.NaN }));
          return [way, ratio(theirs, ours, (round) => round.coldMs)];
        }),
      ),
    })),
  };
}

function figures({ engine, precision, rounds }: PeerRuns, promptTokens: number): EngineFigures {
  const coldMs = middle(rounds.map((round) => round.coldMs));
  const ways = waysOf({ rounds }).map((way) => [way, rounded(middle(rounds.map((round) => round.warm[way]!)))]);
  return {
    engine,
    precision,
    prefillTokensPerSecond: rounded((1000 * promptTokens) / coldMs, 1),
    decodeTokensPerSecond: rounded(1000 / middle(rounds.map((round) => round.decodeMs)), 1),
    ttftMs: { cold: rounded(coldMs), ...Object.fromEntries(ways) },
  };
}

function waysOf({ rounds }: Pick<PeerRuns, 'rounds'>): WarmWay[] {
  return Object.keys(rounds[0]?.warm ?? {}) as WarmWay[];
}

function ratio(theirs: readonly PeerRound[], ours: readonly PeerRound[], of: (round: PeerRound) => number): Ratio {
  const each = theirs.map((round, index) => of(round) / of(ours[index]!));
  return {
    median: rounded(middle(theirs.map(of)) / middle(ours.map(of))),
    least: rounded(Math.min(...each)),
    most: rounded(Math.max(...each)),
  };
}

function middle(values: readonly number[]): number {
  return median(values) ?? Number.NaN;
}

/** One line about the machine where it was busy, then two per length and peer, for a person. */
export function describePeers({ rows, calmShare }: { rows: readonly PeerRow[]; calmShare: number }): string[] {
  const busy = `Other programs used the machine in ${rounded(100 * (1 - calmShare), 0)} % of the turns: the ratios below do not count.`;
  return [...(calmShare < LEAST_CALM_SHARE ? [busy] : []), ...rows.flatMap(describeRow)];
}

/** Medians bear a few turns that were disturbed. */
const LEAST_CALM_SHARE = 0.8;

function describeRow({ promptTokens, hearth, peers }: PeerRow): string[] {
  return peers.flatMap((peer) => {
    const against = `Hearth ${hearth.precision} against ${peer.engine} ${peer.precision}`;
    const warm = Object.entries(peer.secondPerson).map(
      ([way, { median: times }]) => `${peer.ttftMs[way as WarmWay]} ms ${WAY_NAMES[way as WarmWay]} (${times}x)`,
    );
    return [
      `${promptTokens} prompt tokens, ${against}: ` +
        `prefill ${hearth.prefillTokensPerSecond} and ${peer.prefillTokensPerSecond} tokens/s (${peer.prefill.median}x), ` +
        `decode ${hearth.decodeTokensPerSecond} and ${peer.decodeTokensPerSecond} tokens/s (${peer.decode.median}x)`,
      `  second person: Hearth ${hearth.ttftMs.memory} ms from memory, ${hearth.ttftMs.disk} ms from disk; ` +
        `${peer.engine} ${warm.join(', ')}`,
    ];
  });
}

const WAY_NAMES: Record<WarmWay, string> = {
  memory: 'from memory',
  disk: 'from disk',
  own: 'in a sequence of their own',
  shared: "in the first person's sequence",
  restored: "with the first person's state from a file",
};
