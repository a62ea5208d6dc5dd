// What each way said, each text once: words that differ from those of `off` are marked, and what `off` says there is one
// hover or focus away.

import { useMemo } from 'react';
import { changedWords } from '../chat/changed-words.ts';
import { ChangedFrom } from '../chat/corrected-words.tsx';
import { Markdown } from '../chat/markdown.tsx';
import type { WayRow } from '../state/comparison.ts';
import { sameAnswers } from './way-words.ts';

export function ComparedAnswers({ rows }: { rows: readonly WayRow[] }) {
  const off = rows[0]?.comparison?.text;
  if (off === undefined) return null;
  return (
    <section aria-label="What each way says">
      <h3>What each way says</h3>
      <ChangedFrom value="Off says">
        <ol className="compared-answers">
          {sameAnswers(rows).map(({ text, names }) => (
            <li key={text}>
              <ComparedAnswer names={names} text={text} off={off} />
            </li>
          ))}
        </ol>
      </ChangedFrom>
    </section>
  );
}

function ComparedAnswer({ names, text, off }: { names: readonly string[]; text: string; off: string }) {
  const changes = useMemo(() => (text === off ? [] : changedWords(text, { at: 0, removed: off })), [off, text]);
  return (
    <article aria-label={names.join('; ')}>
      <h4>
        {names.join(' · ')}
        {text !== off && <span className="soft">{differences(changes.length)}</span>}
      </h4>
      {text.trim() === '' ? <p className="soft">It says nothing.</p> : <Markdown text={text} changes={changes} />}
    </article>
  );
}

function differences(places: number): string {
  return places === 1 ? 'differs from Off in one place' : `differs from Off in ${places} places`;
}
