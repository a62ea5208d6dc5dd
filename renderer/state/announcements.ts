// What the polite live region says. Only the latest few are kept: a reader hears additions, not what was removed.

import { create } from 'zustand';

const KEPT = 12;
let nextId = 1;

export const useAnnouncements = create<{ said: { id: number; text: string }[] }>()(() => ({ said: [] }));

export function announce(text: string): void {
  useAnnouncements.setState(({ said }) => ({ said: [...said, { id: nextId++, text }].slice(-KEPT) }));
}
