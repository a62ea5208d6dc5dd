// The cache panel: what Hearth remembers, what it costs on the disk, and what it gave back.

import { ShieldCheck, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { CacheVerify, ScopeKind } from '../../engine/contract/cache.ts';
import { clearCache, loadCache, useCache, verifyCache } from '../state/cache.ts';
import { attempt, notify } from '../state/notices.ts';
import { usePrepared } from '../state/prepared.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { bytes, plural } from '../ui/format.ts';
import { Menu, MenuItem, MenuLine } from '../ui/menu.tsx';
import { PlaceHead } from '../ui/place-head.tsx';
import { CacheTotals } from './cache-totals.tsx';
import { EntryTable } from './entry-table.tsx';
import { LibraryDocuments } from './library-documents.tsx';
import { ScopeBar } from './scope-bar.tsx';

const REFRESH_MS = 5000;
/** While a document is being prepared, its progress is looked at more often. */
const PROGRESS_MS = 700;

type Clearing = { scope: ScopeKind | null; what: string };

export function CacheScreen() {
  const { stats, entries, verified, verifying } = useCache();
  const [clearing, setClearing] = useState<Clearing | null>(null);
  const preparing = usePrepared(({ of }) => Object.values(of).includes('preparing'));
  useEffect(() => {
    void attempt(loadCache);
  }, []);
  useEffect(() => {
    // A figure that could not be fetched stays as it is; the banner says when the engine is gone.
    const timer = setInterval(() => void loadCache().catch(() => {}), preparing ? PROGRESS_MS : REFRESH_MS);
    return () => clearInterval(timer);
  }, [preparing]);
  return (
    <main className="place place-of-cache">
      <PlaceHead title="Memory" />
      <div className="place-body place-wide">
        <div className="place-intro">
          <p>
            Everything Hearth has read is kept here as keys and values (the KV cache), so that it need not be read
            again. Losing any of it costs time, never text.
          </p>
          <div className="place-actions">
            <Button disabled={verifying} onClick={() => void attempt(verifyCache)}>
              <ShieldCheck size={16} aria-hidden="true" /> {verifying ? 'Checking' : 'Verify'}
            </Button>
            <ClearMenu onChoose={setClearing} />
          </div>
        </div>
        {verified !== null && <Verdict verified={verified} />}
        {stats !== null && <CacheTotals stats={stats} />}
        {stats !== null && <ScopeBar byScope={stats.byScope} />}
        <LibraryDocuments entries={entries} />
        {entries !== null && <EntryTable entries={entries} />}
      </div>
      <ClearDialog clearing={clearing} onDone={() => setClearing(null)} />
    </main>
  );
}

function ClearMenu({ onChoose }: { onChoose: (clearing: Clearing) => void }) {
  const item = (scope: ScopeKind | null, label: string, what: string) => (
    <MenuItem danger={scope === null} onSelect={() => onChoose({ scope, what })}>
      {label}
    </MenuItem>
  );
  return (
    <Menu
      align="end"
      trigger={
        <Button>
          <Trash2 size={16} aria-hidden="true" /> Clear
        </Button>
      }
    >
      {item('private', 'From your own chats', 'what came from your own chats')}
      {item('library', 'Shared with everyone', 'what is shared with everyone')}
      {item('app', 'From Hearth’s own text', 'what came from Hearth’s own text')}
      <MenuLine />
      {item(null, 'Everything, of everyone', 'everything, of everyone')}
    </Menu>
  );
}

function Verdict({ verified }: { verified: CacheVerify }) {
  const { clean, blocks, damaged, missingFiles, orphanFiles, bytesOnDisk } = verified;
  return (
    <output className="verdict" data-clean={clean}>
      <strong>{clean ? 'All is well.' : 'Something was not right; it counts as not remembered.'}</strong>{' '}
      {plural(blocks, 'block')} checked, {bytes(bytesOnDisk)} on disk
      {clean ? '.' : `: ${damaged} damaged, ${missingFiles} missing, ${orphanFiles} without an owner.`}
    </output>
  );
}

function ClearDialog({ clearing, onDone }: { clearing: Clearing | null; onDone: () => void }) {
  return (
    <ConfirmDialog
      open={clearing !== null}
      title={`Clear ${clearing?.what ?? ''}?`}
      description={
        <p>
          Chats and documents stay. What was remembered from them is read again when it is next needed, which takes
          longer.
        </p>
      }
      action="Clear"
      onCancel={onDone}
      onConfirm={() => {
        if (clearing !== null) void clear(clearing);
        onDone();
      }}
    />
  );
}

async function clear({ scope }: Clearing): Promise<void> {
  const removed = await attempt(() => clearCache(scope));
  if (removed !== null) notify('done', `${plural(removed, 'block')} removed.`);
}
