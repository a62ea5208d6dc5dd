// Where the reader is in the window, and how it looks. The look is remembered; the place is not.

import { create } from 'zustand';
import type { MessageId } from '../../engine/contract/chat.ts';

export type Place = 'chat' | 'library' | 'cache';
export type Theme = 'system' | 'light' | 'dark';
const REMEMBERED = 'hearth.theme';

interface ViewStore {
  place: Place;
  theme: Theme;
  settingsOpen: boolean;
  /** The chats, where the window is too narrow to show them beside the conversation. */
  drawerOpen: boolean;
  /** The details, where they do not stand beside the conversation. */
  sheetOpen: boolean;
  /** The answer the details pane is about; null: the latest. */
  answerId: MessageId | null;
}

export const useView = create<ViewStore>()(() => ({
  place: 'chat',
  theme: rememberedTheme(),
  settingsOpen: false,
  drawerOpen: false,
  sheetOpen: false,
  answerId: null,
}));

export function goTo(place: Place): void {
  useView.setState({ place, drawerOpen: false, sheetOpen: false });
}

/** Makes an answer the one the details are about, where they stand beside the chat. */
export function chooseAnswer(answerId: MessageId): void {
  useView.setState({ answerId });
}

/** The same, and opens the details where they have no place beside the chat. */
export function showDetails(answerId: MessageId): void {
  useView.setState({ answerId, sheetOpen: true });
}

export function setTheme(theme: Theme): void {
  globalThis.localStorage?.setItem(REMEMBERED, theme);
  useView.setState({ theme });
}

function rememberedTheme(): Theme {
  const theme = globalThis.localStorage?.getItem(REMEMBERED);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
