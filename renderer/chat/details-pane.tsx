// The details of one answer: what was reused, from where, what the time went into. And the documents of the chat.

import { FileText, Scale } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Message, TurnReport } from '../../engine/contract/chat.ts';
import { compareWays } from '../state/comparison.ts';
import { documentsOf, useConversations } from '../state/conversations.ts';
import { goTo, useView } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { count, duration, percent, plural } from '../ui/format.ts';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { ScopeMark } from '../library/scope-mark.tsx';
import { POLICY_WORDS, PRECISION_WORDS, QUALITY_WORDS } from '../settings/reuse-choices.ts';
import { STATE_MEANINGS, stateOf, verdictOf, verificationWords } from './answer-state.ts';
import { whyMissed, type Miss } from './miss-words.ts';
import { ReuseLegend } from './reuse-legend.tsx';
import { ReuseStrip } from './reuse-strip.tsx';
import { STOP_WORDS, headline, quoted, textEquivalent } from './reuse-words.ts';
import { StateMark } from './state-mark.tsx';
import { TimeSplit } from './time-split.tsx';

export function DetailsPane() {
  const conversationId = useConversations((store) => store.open?.id);
  const history = useConversations((store) => store.open?.history);
  const chosenId = useView((view) => view.answerId);
  const { answer, report, question } = shownAnswer(history ?? [], chosenId);
  return (
    <ScrollRegion className="details" label="Details of the answer">
      {report === null ? (
        <section>
          <h2>Details</h2>
          <p className="soft">
            After each answer, this shows what was remembered, what was read, and how long it took.
          </p>
        </section>
      ) : (
        <ReportDetails report={report} question={question}>
          {answer !== null && conversationId !== undefined && (
            <Button
              className="compare-button"
              onClick={() => void compareWays({ conversationId, answerId: answer.id, question })}
            >
              <Scale size={16} aria-hidden="true" /> Compare policies
            </Button>
          )}
        </ReportDetails>
      )}
      <ChatDocuments />
    </ScrollRegion>
  );
}

/** The chosen answer, or the latest that has a report; and what it answers. */
function shownAnswer(history: readonly Message[], answerId: string | null) {
  const chosen = history.findIndex((message) => message.id === answerId && message.report !== null);
  const at = chosen === -1 ? history.findLastIndex((message) => message.report !== null) : chosen;
  const question = history.slice(0, Math.max(0, at)).findLast((message) => message.role === 'user');
  const answer = history[at] ?? null;
  return { answer, report: answer?.report ?? null, question: question?.text ?? '' };
}

interface ReportDetailsProps {
  report: TurnReport;
  question: string;
  /** What can be done about how it was reused. */
  children: ReactNode;
}

function ReportDetails({ report, question, children }: ReportDetailsProps) {
  const miss = whyMissed(report);
  return (
    <>
      <section aria-label="What was reused">
        <p className="soft asked">Answer to {quoted(question)}</p>
        <h2>{headline(report)}</h2>
        <p className="visually-hidden">{textEquivalent(report)}</p>
        <ReuseStrip tokens={report.tokens} recomputed={report.recomputed} heightPx={12} />
        <ReuseLegend report={report} all />
        {miss !== null && <MissAdvice miss={miss} />}
      </section>
      <section>
        <h3>Where it came from</h3>
        <Facts
          rows={[
            ['shared with everyone', tokens(report.sharedFrom.library)],
            ['your own chats', tokens(report.sharedFrom.private)],
            ['Hearth’s own text', tokens(report.sharedFrom.app)],
          ]}
        />
      </section>
      <section>
        <h3>First word after {duration(report.ttftMs)}</h3>
        <TimeSplit time={report.time} />
      </section>
      <section>
        <h3>This answer</h3>
        <Facts
          rows={[
            ['state', <StateMark key="state" state={stateOf(report)} verdict={verdictOf(report)} />],
            ['checked', verificationWords(report)],
            ['time saved', report.savedMs === null ? 'not measured yet' : duration(Math.max(0, report.savedMs))],
            ['written', `${plural(report.outputTokens, 'token')}${speed(report)}`],
            ['ended because', STOP_WORDS[report.stopReason]],
            ['model', report.model],
          ]}
        />
        <p className="soft state-meaning">{STATE_MEANINGS[stateOf(report)]}</p>
      </section>
      <section>
        <h3>How it was reused</h3>
        <Facts
          rows={[
            ['policy', policyName(report)],
            ['recomputed in the prompt', tokens(report.recomputed)],
            ['repaired while writing', tokens(report.repairedTokens)],
            ['computed (token-layers)', percent(report.tokenLayers)],
            ['memory kept as', PRECISION_WORDS[report.kvPrecision].name],
            ['guessed ahead, right', draftWords(report.draft)],
          ]}
        />
        {children}
      </section>
    </>
  );
}

function MissAdvice({ miss }: { miss: Miss }) {
  return (
    <div className="advice">
      <p>{miss.reason}.</p>
      <p className="soft">{miss.advice}</p>
      {miss.action === 'settings' && (
        <Button onClick={() => useView.setState({ settingsOpen: true, sheetOpen: false })}>Open settings</Button>
      )}
      {miss.action === 'cache' && <Button onClick={() => goTo('cache')}>Open the memory</Button>}
      {miss.action === 'library' && <Button onClick={() => goTo('library')}>Open the library</Button>}
    </div>
  );
}

function ChatDocuments() {
  const documents = useConversations(documentsOf);
  if (documents.length === 0) return null;
  return (
    <section>
      <h3>Documents in this chat</h3>
      <ul className="chat-documents">
        {documents.map((document) => (
          <li key={document.id}>
            <FileText size={16} aria-hidden="true" />
            <span className="ellipsis">{document.title}</span>
            <ScopeMark scope={document.scope} />
            <span className="figure soft">{document.tokens === null ? '' : tokens(document.tokens)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="figure">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function policyName({ policy, quality }: TurnReport): string {
  const { name } = POLICY_WORDS[policy];
  return policy === 'hearth' ? `${name}, ${QUALITY_WORDS[quality].name.toLocaleLowerCase()}` : name;
}

function draftWords({ proposed, accepted }: TurnReport['draft']): string {
  return proposed === 0 ? 'nothing guessed' : `${count(accepted)} of ${tokens(proposed)}`;
}

const tokens = (value: number) => plural(value, 'token');

function speed(report: TurnReport): string {
  return report.decodeTokensPerSecond === null ? '' : `, ${count(report.decodeTokensPerSecond)} a second`;
}
