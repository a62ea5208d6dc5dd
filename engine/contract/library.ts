// Documents: those put into the shared library on purpose, and private ones attached to a chat.

import type { ProfileId } from './profiles.ts';

export type DocumentId = string & { readonly brand: 'DocumentId' };
/** Where a document may be reused: by its owner only, or by everybody on this machine. */
export type DocumentScope = 'private' | 'library';

export interface LibraryDocument {
  id: DocumentId;
  scope: DocumentScope;
  /** Who added it. */
  ownerId: ProfileId;
  ownerName: string;
  title: string;
  characters: number;
  /** Tokens under the loaded model, or null when no model is loaded. */
  tokens: number | null;
  sha256: string;
  createdAt: number;
}

export interface DocumentText extends LibraryDocument {
  text: string;
}

export interface NewDocument {
  profileId: ProfileId;
  title: string;
  text: string;
  scope: DocumentScope;
}

export interface SampleDocument {
  title: string;
  /** What is in it, in a few words. */
  about: string;
  text: string;
  /** Questions that it answers. */
  questions: string[];
}
