// Who may read a document: a sign and a word, the same wherever documents are shown.

import { Lock, Sparkles, Users } from 'lucide-react';
import type { ScopeKind } from '../../engine/contract/cache.ts';

const SCOPES: Record<ScopeKind, { word: string; icon: typeof Lock }> = {
  private: { word: 'only you', icon: Lock },
  library: { word: 'everyone', icon: Users },
  app: { word: 'Hearth', icon: Sparkles },
};

export function ScopeMark({ scope }: { scope: ScopeKind }) {
  const { word, icon: Icon } = SCOPES[scope];
  return (
    <span className="scope-mark" data-scope={scope}>
      <Icon size={13} aria-hidden="true" />
      {word}
    </span>
  );
}
