// Keys that work anywhere behind the picker. Listed for people in the settings.

import { newConversation } from './state/conversations.ts';
import { goTo, useView } from './state/view.ts';

export const SHORTCUTS: readonly { keys: string; does: string }[] = [
  { keys: 'Enter', does: 'send the message' },
  { keys: 'Shift Enter', does: 'begin a new line' },
  { keys: 'Esc', does: 'stop the answer' },
  { keys: '/', does: 'go to the message field' },
  { keys: 'Ctrl K', does: 'search the chats' },
  { keys: 'Ctrl Shift O', does: 'begin a new chat' },
  { keys: 'Ctrl ,', does: 'open the settings' },
  { keys: 'F2', does: 'rename the chat in focus' },
  { keys: 'Delete', does: 'delete the chat in focus' },
];

export function onShortcut(event: KeyboardEvent): void {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (key === '/' && !command && !isTyping(event.target)) return act(event, () => focusOn('.composer-text'));
  if (key === 'k' && command) {
    return act(event, () => {
      if (document.getElementById('chat-search') === null) useView.setState({ drawerOpen: true });
      // The drawer has to be there before its field can take the focus.
      requestAnimationFrame(() => focusOn('#chat-search'));
    });
  }
  if (key === 'o' && command && event.shiftKey) {
    return act(event, () => {
      newConversation();
      goTo('chat');
      requestAnimationFrame(() => focusOn('.composer-text'));
    });
  }
  if (key === ',' && command) act(event, () => useView.setState({ settingsOpen: true }));
}

function act(event: KeyboardEvent, run: () => void): void {
  event.preventDefault();
  run();
}

export function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}
