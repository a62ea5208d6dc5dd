// What a comparison says in people's words: the names of the ways, the columns and what they mean, the figures. Pure.

import type { Comparison, TurnReport, Way } from '../../engine/contract/chat.ts';
import { ORIGINS, reusedTokens } from '../chat/origins.ts';
import { POLICY_WORDS, QUALITY_WORDS } from '../settings/reuse-choices.ts';
import type { WayRow } from '../state/comparison.ts';
import { count } from '../ui/format.ts';

export interface Column {
  key: 'first' | 'memory' | 'again' | 'computed' | 'difference' | 'same';
  name: string;
  meaning: string;
}

export const COLUMNS: readonly Column[] = [
  {
    key: 'first',
    name: 'First word after',
    meaning:
      'How long a person would wait. Measured once, now, with what is remembered at hand; other work on this computer shows in it.',
  },
  {
    key: 'memory',
    name: 'From memory',
    meaning: 'How much of the text before the answer was remembered, by where it stood: the colours of the reuse bar.',
  },
  {
    key: 'again',
    name: 'Read again',
    meaning: 'Remembered tokens that were worked out again, because they may mean something else here.',
  },
  {
    key: 'computed',
    name: 'Computed',
    meaning: 'Of all the work that reading everything takes, the part that was done (token-layers).',
  },
  {
    key: 'difference',
    name: 'Difference',
    meaning: 'How far its chances for the next word are from those of Off, on average (mean KL); 0 is no difference.',
  },
  {
    key: 'same',
    name: 'Same choice',
    meaning: 'Along the answer of Off, how often it would have chosen the same next token (top-1).',
  },
];

export function wayName({ policy = 'off', quality }: Way): string {
  const { name } = POLICY_WORDS[policy];
  return quality === undefined ? name : `${name}, ${QUALITY_WORDS[quality].name.toLocaleLowerCase()}`;
}

/** "640 exact, 96 moved"; null where nothing was remembered. */
export function memoryWords({ tokens }: Pick<TurnReport, 'tokens'>): string | null {
  const parts = ORIGINS.filter(({ key }) => key !== 'fresh' && tokens[key] > 0);
  return parts.length === 0 ? null : parts.map(({ key, name }) => `${count(tokens[key])} ${name}`).join(', ');
}

/** What is smaller is the noise of adding in another order. */
const NOISE = 1e-9;

/** "0", "<0.001", "0.024", "1.3". */
export function differenceWords(divergence: number): string {
  if (divergence < NOISE) return '0';
  if (divergence < 0.001) return '<0.001';
  return String(Number(divergence.toPrecision(2)));
}

/** "31 of 32". */
export function sameWords({ tokens, top1Agreement }: Pick<Comparison, 'tokens' | 'top1Agreement'>): string {
  return `${count(tokens * top1Agreement)} of ${count(tokens)}`;
}

/** One short line about how it goes, said whenever it changes. */
export function statusWords({ rows, running }: { rows: readonly WayRow[]; running: boolean }): string {
  const done = rows.filter(({ state }) => state === 'done' || state === 'failed').length;
  const current = rows.find(({ state }) => state === 'running');
  if (running) return `${done} of ${rows.length} done${current === undefined ? '' : `. Now ${wayName(current.way)}`}`;
  return done === rows.length ? `All ${rows.length} ways compared` : `Stopped after ${done} of ${rows.length}`;
}

/** Ways that say the same, together; those that say what `off` says first. */
export function sameAnswers(rows: readonly WayRow[]): { text: string; names: string[] }[] {
  const answers = new Map<string, string[]>();
  for (const { way, comparison } of rows) {
    if (comparison !== null) answers.set(comparison.text, [...(answers.get(comparison.text) ?? []), wayName(way)]);
  }
  return [...answers].map(([text, names]) => ({ text, names }));
}

/** Whether nothing was remembered in any way, so that there is nothing to tell them apart. */
export function nothingRemembered(rows: readonly WayRow[]): boolean {
  const reports = rows.slice(1).flatMap(({ comparison }) => (comparison === null ? [] : [comparison.report]));
  return reports.length === rows.length - 1 && reports.every((report) => reusedTokens(report) === 0);
}
