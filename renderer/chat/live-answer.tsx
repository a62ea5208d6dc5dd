// The answer that is being written: first what the engine is doing, then the text as it comes.

import type { LiveTurn } from '../state/turn-reducer.ts';
import { count, plural } from '../ui/format.ts';
import { Meter } from '../ui/meter.tsx';
import { wordStart, type Change } from './changed-words.ts';
import { Markdown } from './markdown.tsx';
import { ReuseStrip } from './reuse-strip.tsx';
import { planWords } from './reuse-words.ts';
import { StateMark } from './state-mark.tsx';

export function LiveAnswer({ turn }: { turn: LiveTurn }) {
  const waiting = turn.text === '';
  return (
    // The announcer reads whole sentences; a live region here would read every piece.
    <article className="message answer" aria-label="Answer" aria-busy={turn.phase !== 'failed'}>
      {waiting ? <Waiting turn={turn} /> : <Markdown text={turn.text} changes={changesOf(turn)} />}
      {!waiting && turn.phase !== 'failed' && (
        <div className="live-foot">
          <Doing turn={turn} />
          {turn.plan !== null && <span className="figure">{planWordsShort(turn)}</span>}
        </div>
      )}
    </article>
  );
}

/** While it is written, all from the first wrong word on is marked; which words differ is known at the end. */
function changesOf({ correction, text }: LiveTurn): Change[] | undefined {
  if (correction === null) return undefined;
  const start = wordStart(text, correction.at);
  return [{ start, end: text.length, removed: text.slice(start, correction.at) + correction.removed }];
}

function Doing({ turn }: { turn: LiveTurn }) {
  if (turn.phase === 'verifying') return <StateMark state="verifying" />;
  const writing = turn.correction === null ? 'Writing' : 'Correcting';
  return (
    <>
      <span className="ember-dot" aria-hidden="true" />
      {turn.phase === 'stopping' ? 'Stopping' : writing}
    </>
  );
}

function Waiting({ turn }: { turn: LiveTurn }) {
  const { plan, progress } = turn;
  return (
    <div className="waiting">
      <p>
        <span className="ember-dot" aria-hidden="true" />
        {waitingWords(turn)}
      </p>
      {plan !== null && <ReuseStrip tokens={plan.tokens} recomputed={0} />}
      {progress !== null && progress.doneTokens < progress.totalTokens && (
        <div className="progress-line">
          <Meter
            label="Reading"
            value={progress.doneTokens}
            max={progress.totalTokens}
            text={`${count(progress.doneTokens)} of ${count(progress.totalTokens)} tokens read`}
          />
          <span className="figure">
            {count(progress.doneTokens)} of {plural(progress.totalTokens, 'token')}
          </span>
        </div>
      )}
    </div>
  );
}

function waitingWords(turn: LiveTurn): string {
  if (turn.phase === 'stopping') return 'Stopping';
  if (turn.phase === 'queued') {
    return turn.position > 0 ? `Waiting for ${plural(turn.position, 'other question')}` : 'Starting';
  }
  return turn.plan === null ? 'Looking in memory' : planWords(turn.plan);
}

function planWordsShort(turn: LiveTurn): string {
  const reused = turn.plan === null ? 0 : turn.plan.promptTokens - turn.plan.tokens.fresh;
  return reused > 0 ? `${count(reused)} of ${count(turn.plan?.promptTokens ?? 0)} tokens from memory` : '';
}
