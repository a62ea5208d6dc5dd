// The library: documents shared on purpose with everyone on this computer. And below, the person's own private ones.

import { BookOpen, MessageCircleQuestion, Plus, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { LibraryDocument } from '../../engine/contract/library.ts';
import { newConversation } from '../state/conversations.ts';
import { loadLibrary, removeDocument, useLibrary } from '../state/library.ts';
import { attempt } from '../state/notices.ts';
import { usePeople } from '../state/people.ts';
import { goTo } from '../state/view.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { ago, plural } from '../ui/format.ts';
import { PlaceHead } from '../ui/place-head.tsx';
import { AddDocument } from './add-document.tsx';
import { DocumentReader } from './document-reader.tsx';

export function LibraryScreen() {
  const documents = useLibrary((library) => library.documents);
  const [adding, setAdding] = useState(false);
  const [reading, setReading] = useState<LibraryDocument | null>(null);
  const [removing, setRemoving] = useState<LibraryDocument | null>(null);
  useEffect(() => void attempt(loadLibrary), []);
  const shared = documents?.filter((document) => document.scope === 'library') ?? [];
  const own = documents?.filter((document) => document.scope === 'private') ?? [];
  const rows = { onRead: setReading, onRemove: setRemoving };
  return (
    <main className="place">
      <PlaceHead title="Library" />
      <div className="place-body">
        <div className="place-intro">
          <p>
            What is here can be read by everyone on this computer. Hearth reads each document once; after that,
            everyone’s questions about it start sooner.
          </p>
          <Button kind="primary" onClick={() => setAdding(true)}>
            <Plus size={16} aria-hidden="true" /> Add a document
          </Button>
        </div>
        {documents !== null && shared.length === 0 && (
          <div className="empty card">
            <BookOpen size={28} aria-hidden="true" />
            <p>Nothing has been shared yet. A household handbook or a price list is a good start.</p>
          </div>
        )}
        <DocumentRows documents={shared} label="Shared documents" {...rows} />
        {own.length > 0 && (
          <>
            <h2 className="place-section">Only for you</h2>
            <DocumentRows documents={own} label="Your private documents" {...rows} />
          </>
        )}
      </div>
      <AddDocument open={adding} onClose={() => setAdding(false)} />
      <DocumentReader document={reading} onClose={() => setReading(null)} />
      <RemoveDocument document={removing} onDone={() => setRemoving(null)} />
    </main>
  );
}

interface DocumentRowsProps {
  documents: LibraryDocument[];
  label: string;
  onRead: (document: LibraryDocument) => void;
  onRemove: (document: LibraryDocument) => void;
}

function DocumentRows({ documents, label, onRead, onRemove }: DocumentRowsProps) {
  const currentId = usePeople((store) => store.currentId);
  if (documents.length === 0) return null;
  return (
    <ul className="documents" aria-label={label}>
      {documents.map((document) => (
        <li key={document.id} className="document">
          <button type="button" className="document-title" onClick={() => onRead(document)}>
            {document.title}
          </button>
          <span className="document-facts">
            {document.ownerId === currentId ? 'you' : document.ownerName} · {ago(document.createdAt)} ·{' '}
            <span className="figure">
              {document.tokens === null ? plural(document.characters, 'character') : plural(document.tokens, 'token')}
            </span>
          </span>
          <span className="document-actions">
            <Button onClick={() => ask(document)}>
              <MessageCircleQuestion size={16} aria-hidden="true" /> Ask about it
            </Button>
            <IconButton label={`Read ${document.title}`} onClick={() => onRead(document)}>
              <BookOpen size={16} />
            </IconButton>
            <IconButton label={`Remove ${document.title}`} onClick={() => onRemove(document)}>
              <Trash2 size={16} />
            </IconButton>
          </span>
        </li>
      ))}
    </ul>
  );
}

function ask(document: LibraryDocument): void {
  newConversation([document]);
  goTo('chat');
}

function RemoveDocument({ document, onDone }: { document: LibraryDocument | null; onDone: () => void }) {
  return (
    <ConfirmDialog
      open={document !== null}
      title={`Remove “${document?.title ?? ''}”?`}
      description={
        <p>
          The document and what was kept in memory from it are deleted for{' '}
          {document?.scope === 'library' ? 'everyone' : 'good'}. Chats about it keep their messages.
        </p>
      }
      action="Remove"
      onCancel={onDone}
      onConfirm={() => {
        if (document !== null) void attempt(() => removeDocument(document.id));
        onDone();
      }}
    />
  );
}
