// "Compare policies": one question in every way there is, while a person looks on. It can be stopped, and begun again.

import { Play, Square } from 'lucide-react';
import { quoted } from '../chat/reuse-words.ts';
import { closeComparison, compareWays, stopComparison, useComparison } from '../state/comparison.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Meter } from '../ui/meter.tsx';
import { ComparedAnswers } from './compared-answers.tsx';
import { COLUMNS, nothingRemembered, statusWords } from './way-words.ts';
import { WaysTable } from './ways-table.tsx';

export function CompareDialog() {
  const asked = useComparison((store) => store.asked);
  const rows = useComparison((store) => store.rows);
  const problem = useComparison((store) => store.problem);
  return (
    <Dialog
      open={asked !== null}
      onClose={closeComparison}
      form="full"
      title="Compare policies"
      description={
        <>
          {quoted(asked?.question ?? '')}, asked again in each way, with what was remembered when it was asked. Each
          takes the likeliest word every time, so that an answer may not be the one of the chat. Nothing of this is
          kept.
        </>
      }
    >
      <Progress />
      {problem !== null && <p className="compare-problem">{problem}</p>}
      {nothingRemembered(rows) && (
        <p className="advice">Nothing of this was remembered, so every way reads all of it.</p>
      )}
      <WaysTable rows={rows} />
      <ComparedAnswers rows={rows} />
      <section aria-label="What the columns mean">
        <h3>What the columns mean</h3>
        <dl className="column-notes">
          {COLUMNS.map(({ key, name, meaning }) => (
            <div key={key}>
              <dt>{name}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </section>
    </Dialog>
  );
}

function Progress() {
  const asked = useComparison((store) => store.asked);
  const rows = useComparison((store) => store.rows);
  const running = useComparison((store) => store.running);
  const words = statusWords({ rows, running });
  const done = rows.filter(({ state }) => state === 'done' || state === 'failed').length;
  return (
    <div className="compare-progress">
      <output>{words}</output>
      <Meter label="Compared" value={done} max={rows.length} text={`${done} of ${rows.length}`} goal />
      {running ? (
        <Button onClick={stopComparison}>
          <Square size={14} aria-hidden="true" /> Stop
        </Button>
      ) : (
        <Button onClick={() => asked !== null && void compareWays(asked)}>
          <Play size={14} aria-hidden="true" /> Compare again
        </Button>
      )}
    </div>
  );
}
