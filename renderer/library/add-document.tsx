// Adds a document to the shared library: pasted text, or a text file that fills the form for a last look.

import { FilePlus2 } from 'lucide-react';
import { useRef, useState, type FormEvent } from 'react';
import { TEXT_FILES, addDocument, readTextFile } from '../state/library.ts';
import { attempt, notify } from '../state/notices.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { plural } from '../ui/format.ts';

export function AddDocument({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      form="wide"
      title="Add a document"
      description="Everyone on this computer will be able to read it and ask about it."
    >
      <AddForm onDone={onClose} />
    </Dialog>
  );
}

function AddForm({ onDone }: { onDone: () => void }) {
  const [title, setTitle] = useState('');
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const fill = async (file: File | undefined) => {
    if (file === undefined) return;
    const read = await attempt(() => readTextFile(file));
    if (read === null) return;
    setTitle(read.title);
    setText(read.text);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const added = await attempt(() => addDocument({ title: title.trim(), text, scope: 'library' }));
    setBusy(false);
    if (added === null) return;
    notify('done', `“${added.title}” is in the library.`);
    onDone();
  };
  return (
    <form className="add-form" onSubmit={(event) => void save(event)}>
      <FileChoice onFile={(file) => void fill(file)} />
      <label className="field">
        <span>Title</span>
        <input className="input" value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label className="field">
        <span>Text</span>
        <textarea className="input add-text" value={text} rows={12} onChange={(event) => setText(event.target.value)} />
      </label>
      <div className="dialog-actions">
        <span className="soft figure">{plural(text.length, 'character')}</span>
        <Button kind="primary" type="submit" disabled={busy || title.trim() === '' || text.trim() === ''}>
          Add for everyone
        </Button>
      </div>
    </form>
  );
}

function FileChoice({ onFile }: { onFile: (file: File | undefined) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="add-file">
      <Button onClick={() => input.current?.click()}>
        <FilePlus2 size={16} aria-hidden="true" /> Choose a text file
      </Button>
      <span className="soft">or paste the text below</span>
      <input
        ref={input}
        className="visually-hidden"
        type="file"
        accept={TEXT_FILES}
        tabIndex={-1}
        aria-label="Text file to add"
        onChange={(event) => {
          onFile(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
    </div>
  );
}
