// Documents that a person asked to be read for everyone ahead of time: which are being read, and which are done.

import { create } from 'zustand';
import type { DocumentId } from '../../engine/contract/library.ts';
import { call } from './engine.ts';
import { currentPersonId, usePeople } from './people.ts';

export const usePrepared = create<{ of: Record<DocumentId, 'preparing' | 'prepared' | null> }>()(() => ({ of: {} }));

usePeople.subscribe((people, before) => {
  if (people.currentId !== before.currentId) usePrepared.setState({ of: {} });
});

/** Resolves to the number of tokens kept; 0 where reuse is off or the document is too long for the model. */
export async function prepareDocument(documentId: DocumentId): Promise<number> {
  const profileId = currentPersonId();
  set(documentId, 'preparing');
  let tokens = 0;
  try {
    ({ tokens } = await call('library.prepare', { profileId, documentId }));
  } finally {
    if (usePeople.getState().currentId === profileId) set(documentId, tokens > 0 ? 'prepared' : null);
  }
  return tokens;
}

function set(documentId: DocumentId, state: 'preparing' | 'prepared' | null): void {
  usePrepared.setState(({ of }) => ({ of: { ...of, [documentId]: state } }));
}
