// The only place that decides who may reuse what. Pure: it is asked before any text or any block is looked up.

import type { DocumentScope, LibraryDocument } from '../contract/library.ts';
import type { ProfileId } from '../contract/profiles.ts';
import { privateScope } from '../types.ts';
import type { Scope } from '../types.ts';

/** Everything this person may read and reuse; nothing else may be looked up for them. */
export function readableScopes(profileId: ProfileId): Scope[] {
  return ['app', 'library', privateScope(profileId)];
}

export function mayRead(profileId: ProfileId, scope: Scope): boolean {
  return readableScopes(profileId).includes(scope);
}

export function scopeOfDocument(document: Pick<LibraryDocument, 'scope' | 'ownerId'>): Scope {
  return document.scope === 'library' ? 'library' : privateScope(document.ownerId);
}

/** The built-in system text (null) is the app's; one that a person wrote is private unless shared on purpose. */
export function scopeOfSystem(system: { text: string | null; scope: DocumentScope; ownerId: ProfileId }): Scope {
  if (system.text === null) return 'app';
  return scopeOfDocument(system);
}
