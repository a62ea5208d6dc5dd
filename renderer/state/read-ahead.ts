// Lets the engine read ahead while a person reads or types: a chat that was opened, a document that was attached, a
// question in the making. It is only ever a favour: never waited for, never while an answer is written, and its errors
// are nobody's business.

import type { ConversationId } from '../../engine/contract/chat.ts';
import type { LibraryDocument } from '../../engine/contract/library.ts';
import { useConversations } from './conversations.ts';
import { call } from './engine.ts';
import { currentPersonId } from './people.ts';
import { useTurns } from './turns.ts';

const QUIET_MS = 400;
const LEAST_GAP_MS = 2000;
const BREATH_MS = 100;

let timer: ReturnType<typeof setTimeout> | undefined;
let askedAt = -Infinity;
const reading = new Set<string>();

useConversations.subscribe(({ open, draftDocuments }, before) => {
  if (open !== null && (open.id !== before.open?.id || !sameDocuments(open.documents, before.open.documents))) {
    readChat(open.id);
  }
  if (open === null) {
    for (const { id } of draftDocuments) if (!before.draftDocuments.some((known) => known.id === id)) readDocument(id);
  }
});

/** A person is typing: reads ahead once they pause, and not too often. */
export function typing(): void {
  clearTimeout(timer);
  const untilAllowed = askedAt + LEAST_GAP_MS - Date.now();
  timer = setTimeout(
    () => {
      const { openId, draftDocuments } = useConversations.getState();
      if (openId !== null) readChat(openId);
      else for (const { id } of draftDocuments) readDocument(id);
    },
    Math.max(QUIET_MS, untilAllowed),
  );
}

function readChat(conversationId: ConversationId): void {
  ask(conversationId, () => call('conversations.prepare', { profileId: currentPersonId(), conversationId }));
}

/** A chat that is not begun yet has no prompt of its own, but its documents can be read. */
function readDocument(documentId: LibraryDocument['id']): void {
  ask(documentId, () => call('library.prepare', { profileId: currentPersonId(), documentId }));
}

function ask(what: string, work: () => Promise<unknown>): void {
  // A chat that was just begun gets its first message in the same breath; that one reads for itself.
  setTimeout(() => void askNow(what, work), BREATH_MS);
}

async function askNow(what: string, work: () => Promise<unknown>): Promise<void> {
  const busy = Object.values(useTurns.getState().live).some((turn) => turn.phase !== 'failed');
  if (busy || reading.has(what)) return;
  askedAt = Date.now();
  reading.add(what);
  try {
    await work();
  } catch {
    // What was not read ahead is read when it is needed.
  } finally {
    reading.delete(what);
  }
}

function sameDocuments(some: readonly LibraryDocument[], others: readonly LibraryDocument[]): boolean {
  return some.length === others.length && some.every(({ id }, index) => id === others[index]?.id);
}
