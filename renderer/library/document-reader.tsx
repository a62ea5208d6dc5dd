// Shows the text of a document as it is: exactly what the model reads.

import { useEffect, useState } from 'react';
import type { DocumentText, LibraryDocument } from '../../engine/contract/library.ts';
import { readDocument } from '../state/library.ts';
import { attempt } from '../state/notices.ts';
import { Dialog } from '../ui/dialog.tsx';
import { plural } from '../ui/format.ts';

export function DocumentReader({ document, onClose }: { document: LibraryDocument | null; onClose(): void }) {
  const [loaded, setLoaded] = useState<DocumentText | null>(null);
  useEffect(() => {
    if (document === null) return;
    let current = true;
    void attempt(() => readDocument(document.id)).then((read) => {
      if (current) setLoaded(read);
    });
    return () => {
      current = false;
      setLoaded(null);
    };
  }, [document]);
  return (
    <Dialog
      open={document !== null}
      onClose={onClose}
      form="wide"
      title={document?.title ?? ''}
      description={document === null ? '' : `${plural(document.characters, 'character')}, added by ${document.ownerName}`}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <div className="document-text" tabIndex={0} role="region" aria-label="Text of the document" aria-busy={loaded === null}>
        {loaded?.text}
      </div>
    </Dialog>
  );
}
