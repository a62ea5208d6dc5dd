// The documents of the open chat, as chips above the composer. Taking one away leaves the document itself alone.

import { FileText, X } from 'lucide-react';
import { documentsOf, setDocuments, useConversations } from '../state/conversations.ts';
import { attempt } from '../state/notices.ts';
import { ScopeMark } from '../library/scope-mark.tsx';

export function DocumentChips() {
  const documents = useConversations(documentsOf);
  if (documents.length === 0) return null;
  return (
    <ul className="chips" aria-label="Documents in this chat">
      {documents.map((document) => (
        <li key={document.id} className="chip">
          <FileText size={14} aria-hidden="true" />
          <span className="chip-title">{document.title}</span>
          <ScopeMark scope={document.scope} />
          <button
            type="button"
            className="chip-remove"
            aria-label={`Take ${document.title} out of this chat`}
            onClick={() => void attempt(() => setDocuments(documents.filter((other) => other.id !== document.id)))}
          >
            <X size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}
