// Documents: the shared library, and reading a text file from this computer into either scope.

import { create } from 'zustand';
import type { DocumentId, DocumentScope, DocumentText, LibraryDocument } from '../../engine/contract/library.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import { call } from './engine.ts';
import { currentPersonId, usePeople } from './people.ts';

const MAX_CHARACTERS = 2_000_000;
export const TEXT_FILES = '.txt,.md,.markdown,text/plain,text/markdown';

interface LibraryStore {
  /** What this person may read: the shared library and the person's own private documents. Null until fetched. */
  documents: LibraryDocument[] | null;
}

export const useLibrary = create<LibraryStore>()(() => ({ documents: null }));

usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) useLibrary.setState({ documents: null });
});

export async function loadLibrary(): Promise<void> {
  const profileId = currentPersonId();
  const documents = await call('library.list', { profileId });
  if (usePeople.getState().currentId === profileId) useLibrary.setState({ documents });
}

export async function addDocument(document: {
  title: string;
  text: string;
  scope: DocumentScope;
}): Promise<LibraryDocument> {
  const added = await call('library.add', { profileId: currentPersonId(), ...document });
  await loadLibrary();
  return added;
}

export async function removeDocument(documentId: DocumentId): Promise<void> {
  await call('library.remove', { profileId: currentPersonId(), documentId });
  await loadLibrary();
}

export function readDocument(documentId: DocumentId): Promise<DocumentText> {
  return call('library.get', { profileId: currentPersonId(), documentId });
}

/** Title and text of a file. Throws `document-unreadable` for what is not text. */
export async function readTextFile(file: File): Promise<{ title: string; text: string }> {
  const unreadable = (why: string) =>
    new RemoteError({ code: 'document-unreadable', message: `${file.name} was not added: ${why}.` });
  if (file.size > MAX_CHARACTERS * 4) throw unreadable('it is too large, the limit is two million characters');
  const bytes = await file.arrayBuffer();
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('it is not a text file. Save it as plain text or Markdown first');
  }
  if (text.includes('\0')) throw unreadable('it is not a text file. Save it as plain text or Markdown first');
  if (text.trim() === '') throw unreadable('there is no text in it');
  if (text.length > MAX_CHARACTERS) throw unreadable('it is too long, the limit is two million characters');
  return { title: file.name.replace(/\.(?:txt|md|markdown)$/iu, '').slice(0, 200), text };
}
