// Every entry this person may see: what it is, what it costs, what it gave back. Sortable by column; long lists in pages.

import { ArrowDown, ArrowUp, MemoryStick, Pin, PinOff, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { CacheEntry } from '../../engine/contract/cache.ts';
import { pinEntry, removeEntry } from '../state/cache.ts';
import { attempt } from '../state/notices.ts';
import { Button, Hint, IconButton } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { ago, bytes, count, duration } from '../ui/format.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { ScopeMark } from '../library/scope-mark.tsx';
import { nextSort, sortEntries, type Sort, type SortKey } from './sort-entries.ts';

const PAGE = 50;
const COLUMNS: { key: SortKey; name: string; figure: boolean }[] = [
  { key: 'label', name: 'Text', figure: false },
  { key: 'scope', name: 'For', figure: false },
  { key: 'tokens', name: 'Tokens', figure: true },
  { key: 'bytes', name: 'Size', figure: true },
  { key: 'hits', name: 'Used', figure: true },
  { key: 'savedMs', name: 'Saved', figure: true },
  { key: 'usedAt', name: 'Last used', figure: true },
];

export function EntryTable({ entries }: { entries: CacheEntry[] }) {
  const [sort, setSort] = useState<Sort>({ key: 'usedAt', descending: true });
  const [shown, setShown] = useState(PAGE);
  const [removing, setRemoving] = useState<CacheEntry | null>(null);
  const sorted = useMemo(() => sortEntries(entries, sort), [entries, sort]);
  if (entries.length === 0) return <NothingKept />;
  return (
    <section className="entries card" aria-label="What is remembered">
      <ScrollRegion className="table-scroll" label="Table of what is remembered">
        <table>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <HeadCell
                  key={column.key}
                  column={column}
                  sort={sort}
                  onSort={() => setSort(nextSort(sort, column.key))}
                />
              ))}
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((entry) => (
              <EntryRow key={entry.id} entry={entry} onRemove={() => setRemoving(entry)} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {sorted.length > shown && (
        <Button kind="quiet" onClick={() => setShown(shown + PAGE)}>
          Show more ({count(sorted.length - shown)})
        </Button>
      )}
      <RemoveEntry entry={removing} onDone={() => setRemoving(null)} />
    </section>
  );
}

function HeadCell({ column, sort, onSort }: { column: (typeof COLUMNS)[number]; sort: Sort; onSort: () => void }) {
  const by = sort.key === column.key;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      className={column.figure ? 'is-figure' : ''}
      aria-sort={by ? (sort.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" className="sort" onClick={onSort}>
        {column.name}
        {by && <Arrow size={13} aria-hidden="true" />}
      </button>
    </th>
  );
}

function EntryRow({ entry, onRemove }: { entry: CacheEntry; onRemove: () => void }) {
  const name = entry.label ?? 'text that is gone';
  const pin = () => void attempt(() => pinEntry(entry.id, !entry.pinned));
  return (
    <tr>
      <th scope="row">
        <span className="entry-name">
          <span className={`ellipsis ${entry.label === null ? 'soft' : ''}`} title={name}>
            {name}
          </span>
          {entry.inMemory && (
            <Hint text="In RAM now, the fastest place">
              {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its tooltip must be reachable by keyboard */}
              <span className="tag" tabIndex={0}>
                in RAM
              </span>
            </Hint>
          )}
          {entry.pinned && <span className="tag">pinned</span>}
          {entry.state === 'approximate' && <span className="tag">approximate</span>}
        </span>
      </th>
      <td>
        <ScopeMark scope={entry.scope} />
      </td>
      <td className="figure">{count(entry.tokens)}</td>
      <td className="figure">{bytes(entry.bytes)}</td>
      <td className="figure">{count(entry.hits)}×</td>
      <td className="figure">{entry.savedMs > 0 ? duration(entry.savedMs) : '–'}</td>
      <td className="figure">{ago(entry.usedAt)}</td>
      <td className="row-actions">
        <IconButton label={entry.pinned ? `Unpin ${name}` : `Pin ${name}: never removed to make room`} onClick={pin}>
          {entry.pinned ? <PinOff size={15} /> : <Pin size={15} />}
        </IconButton>
        <IconButton label={`Remove ${name} from memory`} onClick={onRemove}>
          <Trash2 size={15} />
        </IconButton>
      </td>
    </tr>
  );
}

function RemoveEntry({ entry, onDone }: { entry: CacheEntry | null; onDone: () => void }) {
  return (
    <ConfirmDialog
      open={entry !== null}
      title="Remove this from memory?"
      description={<p>The text itself stays. It is read again when it is next needed, which takes longer once.</p>}
      action="Remove"
      onCancel={onDone}
      onConfirm={() => {
        if (entry !== null) void attempt(() => removeEntry(entry.id));
        onDone();
      }}
    />
  );
}

function NothingKept() {
  return (
    <div className="empty card">
      <MemoryStick size={28} aria-hidden="true" />
      <p>Nothing is remembered yet. Ask a question, and what was read for it will be listed here.</p>
    </div>
  );
}
