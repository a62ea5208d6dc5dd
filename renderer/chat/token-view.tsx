// The prompt of an answer with every token marked by where it came from. The marks are in the styles; each run says in
// words what it is, for who cannot see them.

import { Check, Copy } from 'lucide-react';
import { Fragment, memo, useMemo, useRef, useState, type PointerEvent } from 'react';
import type { PromptToken, TurnReport } from '../../engine/contract/chat.ts';
import { usePromptTokens } from '../state/prompt-tokens.ts';
import { Button } from '../ui/button.tsx';
import { count, plural } from '../ui/format.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { useCopy } from '../ui/use-copy.ts';
import { textEquivalent } from './reuse-words.ts';
import { TokenLegend } from './token-legend.tsx';
import { runLabel, runWords, tokenChunks, tokenRuns, type RunPiece, type TokenRun } from './token-runs.ts';

export function TokenView({ report, id }: { report: TurnReport; id: string }) {
  const tokens = usePromptTokens((store) => store.tokens);
  const problem = usePromptTokens((store) => store.problem);
  return (
    <section id={id} className="token-view" aria-label="The prompt, token by token" aria-busy={tokens === null}>
      <p className="token-equivalent figure">{textEquivalent(report)}.</p>
      {problem !== null && <p className="soft">{problem}</p>}
      {tokens === null && problem === null && <p className="soft">Fetching the tokens</p>}
      {tokens !== null && <Tokens tokens={tokens} report={report} />}
    </section>
  );
}

function Tokens({ tokens, report }: { tokens: PromptToken[]; report: TurnReport }) {
  const place = useRef<HTMLElement>(null);
  const { copied, copy } = useCopy();
  const [pointed, setPointed] = useState<string | null>(null);
  const runs = useMemo(() => tokenRuns(tokens, report.spans), [tokens, report.spans]);
  const chunks = useMemo(() => tokenChunks(tokens, runs), [tokens, runs]);
  return (
    <>
      <TokenLegend runs={runs} onJump={(run) => showRun(place.current, run)} />
      {/* Pointing tells of one token what its run already says in words. */}
      <div
        className="token-frame"
        onPointerOver={(event) => setPointed(wordsAt(event, runs))}
        onPointerLeave={() => setPointed(null)}
      >
        <ScrollRegion className="token-text" label="Tokens of the prompt" ref={place}>
          {chunks.map((pieces) => (
            <Chunk key={pieces[0]?.start} pieces={pieces} tokens={tokens} />
          ))}
        </ScrollRegion>
      </div>
      <div className="token-foot">
        <span className="soft figure" aria-hidden="true">
          {pointed ?? plural(tokens.length, 'token')}
        </span>
        <Button kind="quiet" onClick={() => copy(tokens.map(({ text }) => text).join(''))}>
          {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          {copied ? 'Copied' : 'Copy the prompt'}
        </Button>
      </div>
    </>
  );
}

/** Laid out only when it comes into view; its text is there from the start, to be read, searched and selected. */
const Chunk = memo(function Chunk({ pieces, tokens }: { pieces: RunPiece[]; tokens: PromptToken[] }) {
  return (
    <div className="token-chunk">
      {pieces.map(({ run, start, end }) => (
        <span
          key={start}
          className="run"
          data-origin={run.origin}
          data-recomputed={run.recomputed}
          data-start={start}
          data-run={start === run.start ? start : undefined}
          tabIndex={start === run.start ? -1 : undefined}
        >
          {start === run.start && <span className="run-label">{`[${runLabel(run)}] `}</span>}
          {tokens.slice(start, end).map(({ text }, index) => (
            // A token is its place in the prompt.
            // oxlint-disable-next-line react/no-array-index-key
            <span key={index} className={text === '' ? 'token token-part' : 'token'}>
              {text.includes('\n') ? <Lines text={text} /> : text}
            </span>
          ))}
        </span>
      ))}
    </div>
  );
});

/** The end of a line cannot be seen, so it gets a sign by the styles; it is not part of the text. */
function Lines({ text }: { text: string }) {
  return text.split(/(?=\n)/u).map((part, index) => (
    // A part is its place in the token.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {part.startsWith('\n') && <span className="line-end" />}
      {part}
    </Fragment>
  ));
}

/** Brings a run into view and gives it the focus, so that reading goes on from there. */
function showRun(place: HTMLElement | null, run: TokenRun): void {
  const element = place?.querySelector<HTMLElement>(`[data-run="${run.start}"]`);
  element?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: 'nearest' });
}

/** "Token 641: moved, from your own chats". */
function wordsAt(event: PointerEvent, runs: readonly TokenRun[]): string | null {
  const token = (event.target as Element).closest('.token');
  const piece = token?.closest<HTMLElement>('.run');
  if (token === null || piece === null || piece === undefined) return null;
  const start = Number(piece.dataset.start);
  const run = runs.find((other) => other.start <= start && start < other.end);
  const before = [...piece.querySelectorAll('.token')].indexOf(token);
  return run === undefined ? null : `Token ${count(start + before + 1)}: ${runWords(run)}`;
}
