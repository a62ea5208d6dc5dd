// The figures of scenario `peers` for a person: lines for a terminal and a Markdown page. Pure.

import type { Column } from './papers-table.ts';
import { section, table } from './papers-table.ts';
import type { PeerFigures, PeerRow, Precision, Ratio } from './peers-rows.ts';
import type { PeersResult } from './peers.ts';

/** A row beside one of the other engines. */
type Pair = PeerRow & { peer: PeerFigures };

const SAME: readonly Column<Pair>[] = [
  ['beside', ({ peer }) => peerName(peer)],
  ['threads', ({ threads }) => String(threads)],
  ['tokens', ({ promptTokens }) => String(promptTokens)],
];

const PREFILL: readonly Column<Pair>[] = [
  ...SAME,
  ['Hearth tokens/s', ({ hearth }) => hearth.prefillTokensPerSecond.toFixed(0)],
  ['its tokens/s', ({ peer }) => peer.prefillTokensPerSecond.toFixed(0)],
  ['Hearth is', ({ peer }) => times(peer.prefill)],
  ['least to most', ({ peer }) => span(peer.prefill)],
];

const DECODE: readonly Column<Pair>[] = [
  ...SAME,
  ['Hearth tokens/s', ({ hearth }) => hearth.decodeTokensPerSecond.toFixed(1)],
  ['its tokens/s', ({ peer }) => peer.decodeTokensPerSecond.toFixed(1)],
  ['Hearth is', ({ peer }) => times(peer.decode)],
  ['least to most', ({ peer }) => span(peer.decode)],
];

const SECOND: readonly Column<Pair>[] = [
  ...SAME,
  ['Hearth, memory', ({ hearth }) => ms(hearth.ttftMs.memory)],
  ['disk', ({ hearth }) => ms(hearth.ttftMs.disk)],
  ['its own sequence', ({ peer }) => against(peer.ttftMs.cold, peer.secondPerson.cold)],
  ["the first one's sequence", ({ peer }) => against(peer.ttftMs.shared, peer.secondPerson.shared)],
  ["the first one's state, from a file", ({ peer }) => against(peer.ttftMs.restored, peer.secondPerson.restored)],
];

const MOVED: readonly Column<Pair>[] = [
  ...SAME,
  ['its prefill', ({ peer }) => ms(peer.ttftMs.cold)],
  ['Hearth, balanced', ({ hearth, peer }) => against(hearth.ttftMs.moved, peer.moved.moved)],
  ['reused, of these computed again', ({ hearth }) => movedTokens(hearth, 'moved')],
  ['Hearth, fast', ({ hearth, peer }) => against(hearth.ttftMs.movedFast, peer.moved.movedFast)],
  ['reused, of these again', ({ hearth }) => movedTokens(hearth, 'movedFast')],
];

const TABLES: readonly [title: string, columns: readonly Column<Pair>[]][] = [
  ['Prefill, nothing is known', PREFILL],
  ['Decoding behind that prompt', DECODE],
  ['Time to the first token (ms): a second person asks about the same document', SECOND],
  ['Time to the first token (ms): the same document behind another system text', MOVED],
];

export function describePeers(result: PeersResult): string[] {
  const pairs = pairsOf(result.rows);
  return [
    ...busyLines(result),
    setting(result),
    ...TABLES.flatMap(([title, columns]) => ['', title, ...table(columns, pairs)]),
  ];
}

export function peersPage(result: PeersResult): string {
  const { machine, model, rows, checked, calm } = result;
  const pairs = pairsOf(rows);
  const same = checked.map(
    ({ precision, threads, same: count, prompts }) =>
      `${count} of ${prompts} (${precisionName(precision)}, ${threads} threads)`,
  );
  return [
    '# Hearth beside llama.cpp',
    '',
    ...busyLines(result).flatMap((line) => [`**${line}**`, '']),
    `Model ${model} on ${machine.cores} cores (${machine.cpu}). Made by \`hearth bench peers\`. ${setting(result)}`,
    '',
    'All engines got the same weights and the same token ids, on as many threads, and took turns in every round, in',
    'another order each time. Tables show medians; how many times Hearth does as well is the median of the ratios of',
    'the rounds, above 1 where Hearth is ahead. The equal comparison is that at F32 for weights, keys and values, which',
    "is Hearth's; F16 weights are half the bytes for the other engine to read.",
    '',
    `Greedy answers that were the same to the last token: ${same.join(', ')}.`,
    `Before ${(100 * calm.share).toFixed(0)} % of the turns enough cores were idle; other programs used ${calm.othersCores.toFixed(2)} cores during them.`,
    '',
    ...TABLES.flatMap(([title, columns]) => section(title, table(columns, pairs))),
    ...section('What is compared', [
      '- _its own sequence_: llama.cpp keeps the rows of each sequence to itself, so a second person computes all of it.',
      "- _the first one's sequence_: what both people would see of each other if they took turns in one chat.",
      "- _the first one's state, from a file_: whoever asks decides beforehand which state that is, the whole chat included.",
      '- _moved_: this way of calling llama.cpp reuses nothing that stands elsewhere. Its server can shift keys, without',
      '  computing anything again: what that does to answers is in the comparison of methods.',
      '- Hearth finds the rows by itself; the search is in its times. Moved rows are approximate, all others exact.',
    ]),
  ].join('\n');
}

function busyLines({ isBusy, calm }: PeersResult): string[] {
  if (isBusy !== true) return [];
  const idle = (100 * calm.share).toFixed(0);
  return [
    `This machine was busy: the figures do not count. Enough cores were idle before ${idle} % of the turns, ` +
      `and other programs used ${calm.othersCores.toFixed(1)} cores during them.`,
  ];
}

function setting({ peer, machine }: PeersResult): string {
  return (
    `llama.cpp ${peer.release} (${peer.package}, kernels ${peer.kernels}: ${peer.features.join(', ')}); ` +
    `Hearth with onnxruntime ${machine.onnxruntime}, F32.`
  );
}

function pairsOf(rows: readonly PeerRow[]): Pair[] {
  const pairs = rows.flatMap((row) => row.peers.map((peer) => ({ ...row, peer })));
  return [...Map.groupBy(pairs, ({ peer }) => peerName(peer)).values()].flat();
}

function peerName({ engine, precision, isEqual }: PeerFigures): string {
  return `${engine}, ${isEqual ? 'equal: ' : ''}${precisionName(precision)}`;
}

function precisionName({ weights, keysAndValues }: Precision): string {
  return weights === keysAndValues ? weights : `${weights} weights, ${keysAndValues} keys and values`;
}

function times({ median }: Ratio): string {
  return `${median.toFixed(2)}x`;
}

function span({ least, most }: Ratio): string {
  return `${least.toFixed(2)} to ${most.toFixed(2)}`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(value < 100 ? 1 : 0);
}

function against(value: number | undefined, ratio: Ratio): string {
  return `${ms(value)} (${times(ratio)})`;
}

function movedTokens({ movedTokens: of }: PeerRow['hearth'], way: 'moved' | 'movedFast'): string {
  return of[way].reused === 0 ? 'refused' : `${of[way].reused}, ${of[way].recomputed}`;
}
