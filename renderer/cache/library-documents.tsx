// The shared documents, and whether they are read already: who prepares one now spares everyone the first wait.

import { CircleCheck, LoaderCircle, Users } from 'lucide-react';
import { useEffect } from 'react';
import type { CacheEntry } from '../../engine/contract/cache.ts';
import type { LibraryDocument } from '../../engine/contract/library.ts';
import { loadCache } from '../state/cache.ts';
import { loadLibrary, useLibrary } from '../state/library.ts';
import { attempt, notify } from '../state/notices.ts';
import { prepareDocument, usePrepared } from '../state/prepared.ts';
import { Button } from '../ui/button.tsx';
import { count, plural } from '../ui/format.ts';
import { Meter } from '../ui/meter.tsx';
import { keptTokens } from './kept-tokens.ts';

const NOT_PREPARED = 'Either reuse is off, or the document is too long for the model.';

export function LibraryDocuments({ entries }: { entries: CacheEntry[] | null }) {
  const documents = useLibrary((library) => library.documents);
  useEffect(() => void attempt(loadLibrary), []);
  const shared = documents?.filter(({ scope }) => scope === 'library') ?? [];
  if (shared.length === 0) return null;
  return (
    <section className="prepared card" aria-label="Documents of the library">
      <h2>Documents of the library</h2>
      <ul>
        {shared.map((document) => (
          <Row key={document.id} document={document} kept={keptTokens(document, entries ?? [])} />
        ))}
      </ul>
    </section>
  );
}

function Row({ document, kept }: { document: LibraryDocument; kept: number | null }) {
  const { id, title, tokens } = document;
  const state = usePrepared(({ of }) => of[id]);
  const done = state === 'prepared' || (kept !== null && kept === tokens);
  const prepare = () =>
    void attempt(async () => {
      if ((await prepareDocument(id)) === 0) notify('problem', `${title} was not prepared. ${NOT_PREPARED}`);
      await loadCache();
    });
  return (
    <li aria-label={title}>
      <span className="prepared-title ellipsis" title={title}>
        {title}
      </span>
      <Progress kept={done ? tokens : kept} tokens={tokens} />
      {/* One place for all three, so that the words are heard when they change. */}
      <output className="prepared-state">
        {state === 'preparing' ? (
          <>
            <LoaderCircle className="turning" size={16} aria-hidden="true" /> Reading it for everyone
          </>
        ) : (
          done && (
            <>
              <CircleCheck className="is-done" size={16} aria-hidden="true" /> Prepared for everyone
            </>
          )
        )}
      </output>
      {state !== 'preparing' && !done && (
        <Button aria-label={`Prepare for everyone: ${title}`} onClick={prepare}>
          <Users size={16} aria-hidden="true" /> Prepare for everyone
        </Button>
      )}
    </li>
  );
}

function Progress({ kept, tokens }: { kept: number | null; tokens: number | null }) {
  if (tokens === null) return <span className="prepared-progress" />;
  if (kept === null) return <span className="prepared-progress soft figure">{plural(tokens, 'token')}</span>;
  const words = `${count(kept)} of ${plural(tokens, 'token')}`;
  return (
    <span className="prepared-progress">
      <Meter goal label="Remembered" value={kept} max={tokens} text={words} />
      <span className="soft figure">{words}</span>
    </span>
  );
}
