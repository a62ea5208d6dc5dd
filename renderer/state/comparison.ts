// One answer's question asked again in every way there is: which way is under way, and what came of the others.
// Nothing of it is kept: it is forgotten when it is closed or somebody else sits down.

import { create } from 'zustand';
import { WAYS } from '../../engine/contract/chat.ts';
import type { CompareEvent, Comparison, ConversationId, MessageId, Way } from '../../engine/contract/chat.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import { engineClient } from './engine.ts';
import { messageOf } from './notices.ts';
import { currentPersonId, usePeople } from './people.ts';

/** As much of each answer as is worth waiting for several times. */
const COMPARED_TOKENS = 96;

export interface WayRow {
  way: Way;
  /** `left-out`: it was stopped, or everything failed, before this way had its turn. */
  state: 'waiting' | 'running' | 'done' | 'failed' | 'left-out';
  /** Only when done. */
  comparison: Comparison | null;
  /** Why it failed. */
  message: string | null;
}

export interface ComparedAnswer {
  conversationId: ConversationId;
  answerId: MessageId;
  question: string;
}

interface ComparisonStore {
  /** Null: nothing is compared. */
  asked: ComparedAnswer | null;
  /** `off` first. */
  rows: WayRow[];
  running: boolean;
  /** Of the prompt that is being read right now. */
  progress: { doneTokens: number; totalTokens: number } | null;
  /** Why it ended before its end, other than by a person. */
  problem: string | null;
}

const NOTHING: ComparisonStore = { asked: null, rows: [], running: false, progress: null, problem: null };

export const useComparison = create<ComparisonStore>()(() => NOTHING);

let controller: AbortController | null = null;

usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) closeComparison();
});

/** Begins at once; resolves when all ways were compared, or it ended otherwise. */
export async function compareWays(asked: ComparedAnswer): Promise<void> {
  controller?.abort();
  const own = new AbortController();
  controller = own;
  useComparison.setState({
    ...NOTHING,
    asked,
    running: true,
    rows: [{ policy: 'off' as const }, ...WAYS].map(waiting),
  });
  // What comes after it was closed, or begun again, is about something else.
  const change = (next: Partial<ComparisonStore>) => {
    if (controller === own) useComparison.setState(next);
  };
  try {
    for await (const event of events(asked, own.signal)) change(reduced(useComparison.getState(), event));
    change({ running: false, progress: null });
  } catch (error) {
    const wasStopped = error instanceof RemoteError && error.code === 'stopped';
    const rows = useComparison.getState().rows.map(leftOut);
    change({ rows, running: false, progress: null, problem: wasStopped ? null : messageOf(error) });
  }
}

export function stopComparison(): void {
  controller?.abort();
}

export function closeComparison(): void {
  controller?.abort();
  controller = null;
  useComparison.setState(NOTHING, true);
}

function events({ conversationId, answerId }: ComparedAnswer, signal: AbortSignal): AsyncGenerator<CompareEvent> {
  const params = { profileId: currentPersonId(), conversationId, asked: { answerId }, ways: WAYS };
  return engineClient().stream('chat.compare', { ...params, tokens: COMPARED_TOKENS }, signal);
}

function reduced({ rows }: ComparisonStore, event: CompareEvent): Partial<ComparisonStore> {
  if (event.type === 'progress') return { progress: { doneTokens: event.doneTokens, totalTokens: event.totalTokens } };
  const changes: Partial<WayRow> =
    event.type === 'begun'
      ? { state: 'running' }
      : event.type === 'failed'
        ? { state: 'failed', message: event.message }
        : { state: 'done', comparison: event.comparison };
  return { progress: null, rows: rows.map((row, index) => (index === event.index ? { ...row, ...changes } : row)) };
}

const waiting = (way: Way): WayRow => ({ way, state: 'waiting', comparison: null, message: null });

const leftOut = (row: WayRow): WayRow =>
  row.state === 'waiting' || row.state === 'running' ? { ...row, state: 'left-out' } : row;
