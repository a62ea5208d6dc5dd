// Short messages at the top of the window: what went wrong, or what was just done. Nothing here needs an answer.

import { create } from 'zustand';
import { RemoteError } from '../../engine/contract/errors.ts';

export interface Notice {
  id: number;
  kind: 'problem' | 'done';
  message: string;
}

const STAY_MS = { problem: 12_000, done: 4000 };
let nextId = 1;

export const useNotices = create<{ notices: Notice[] }>()(() => ({ notices: [] }));

export function notify(kind: Notice['kind'], message: string): void {
  const id = nextId++;
  useNotices.setState(({ notices }) => ({
    notices: [...notices.filter((n) => n.message !== message), { id, kind, message }].slice(-3),
  }));
  setTimeout(() => dismissNotice(id), STAY_MS[kind]);
}

export function dismissNotice(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

/** The sentence for a person. Errors of the engine carry one; anything else is a fault of this page and goes to the log. */
export function messageOf(error: unknown): string {
  if (error instanceof RemoteError) return error.message;
  console.error(error);
  return 'Something in this window did not work. Your text is kept; try again.';
}

/** Runs what a person asked for; a failure becomes a notice. Resolves to null then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    notify('problem', messageOf(error));
    return null;
  }
}
