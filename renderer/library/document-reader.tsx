// Shows the text of a document as it is: exactly what the model reads.

import { useEffect, useState } from 'react';
import type { DocumentText, LibraryDocument } from '../../engine/contract/library.ts';
import { readDocument } from '../state/library.ts';
import { attempt } from '../state/notices.ts';
import { Dialog } from '../ui/dialog.tsx';
import { plural } from '../ui/format.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';

export function DocumentReader({ document, onClose }: { document: LibraryDocument | null; onClose: () => void }) {
  const [loaded, setLoaded] = useState<DocumentText | null>(null);
  useEffect(() => {
    let current = true;
    const load = async (wanted: LibraryDocument) => {
      const read = await attempt(() => readDocument(wanted.id));
      if (current) setLoaded(read);
    };
    if (document !== null) void load(document);
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
      description={
        document === null ? '' : `${plural(document.characters, 'character')}, added by ${document.ownerName}`
      }
    >
      <ScrollRegion className="document-text" label="Text of the document" busy={loaded === null}>
        {loaded?.text}
      </ScrollRegion>
    </Dialog>
  );
}
