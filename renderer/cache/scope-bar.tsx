// The disk by scope, as one stacked bar with its legend. Blocks only: the index and other files belong to nobody.

import type { CacheStats, ScopeKind } from '../../engine/contract/cache.ts';
import { bytes, plural } from '../ui/format.ts';

const SCOPES: readonly ScopeKind[] = ['library', 'private', 'app'];
const NAMES: Record<ScopeKind, string> = {
  library: 'shared with everyone',
  private: 'private chats and documents of everyone',
  app: 'Hearth’s own text',
};

export function ScopeBar({ byScope }: { byScope: CacheStats['byScope'] }) {
  const total = SCOPES.reduce((sum, scope) => sum + byScope[scope].bytes, 0);
  if (total === 0) return null;
  return (
    <section className="scopes card" aria-label="Disk by scope">
      <h2>Whose it is</h2>
      <div className="scope-bar" aria-hidden="true">
        {SCOPES.filter((scope) => byScope[scope].bytes > 0).map((scope) => (
          <span key={scope} data-scope={scope} style={{ flexGrow: byScope[scope].bytes / total }} />
        ))}
      </div>
      <ul className="scope-legend">
        {SCOPES.map((scope) => (
          <li key={scope}>
            <span className="scope-swatch" data-scope={scope} aria-hidden="true" />
            <span>{NAMES[scope]}</span>
            <span className="figure soft">
              {bytes(byScope[scope].bytes)} · {plural(byScope[scope].tokens, 'token')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
