// Picks a document for the open chat: those of the library, and the person's own private ones.

import { FileText } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { LibraryDocument } from '../../engine/contract/library.ts';
import { attachDocument } from '../state/conversations.ts';
import { loadLibrary, useLibrary } from '../state/library.ts';
import { attempt } from '../state/notices.ts';
import { goTo } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { plural } from '../ui/format.ts';
import { ScopeMark } from '../library/scope-mark.tsx';

export function LibraryPicker({ open, onClose }: { open: boolean; onClose: () => void }) {
  const documents = useLibrary((library) => library.documents);
  const [filter, setFilter] = useState('');
  useEffect(() => {
    if (open) void attempt(loadLibrary);
  }, [open]);
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = (documents ?? []).filter((document) => document.title.toLocaleLowerCase().includes(wanted));
  return (
    <Dialog open={open} onClose={onClose} title="Add a document" description="The chat can then answer from it.">
      {documents?.length === 0 ? (
        <div className="empty">
          <p>There are no documents yet.</p>
          <Button kind="primary" onClick={() => goTo('library')}>
            Open the library
          </Button>
        </div>
      ) : (
        <>
          <input
            className="input"
            type="search"
            aria-label="Search documents"
            placeholder="Search"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
          />
          <ul className="pick-list">
            {shown.map((document) => (
              <li key={document.id}>
                <Pick document={document} onDone={onClose} />
              </li>
            ))}
          </ul>
          {shown.length === 0 && <p className="soft">Nothing has this in its title.</p>}
        </>
      )}
    </Dialog>
  );
}

function Pick({ document, onDone }: { document: LibraryDocument; onDone: () => void }) {
  return (
    <button
      type="button"
      className="pick"
      onClick={() => {
        void attempt(() => attachDocument(document));
        onDone();
      }}
    >
      <FileText size={18} aria-hidden="true" />
      <span className="pick-title">{document.title}</span>
      <ScopeMark scope={document.scope} />
      <span className="figure soft">
        {document.tokens === null ? plural(document.characters, 'character') : plural(document.tokens, 'token')}
      </span>
    </button>
  );
}
