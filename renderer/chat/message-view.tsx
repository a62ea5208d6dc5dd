// One saved message: what a person said, or an answer with what can be done about it and what it reused.

import { Check, Copy, Info, PenLine, RotateCcw } from 'lucide-react';
import { memo, useMemo, type ReactNode } from 'react';
import type { ConversationId, Message } from '../../engine/contract/chat.ts';
import { attempt } from '../state/notices.ts';
import { closeTokens, openTokens, usePromptTokens } from '../state/prompt-tokens.ts';
import { answerAgain } from '../state/turns.ts';
import { chooseAnswer, showDetails } from '../state/view.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { useCopy } from '../ui/use-copy.ts';
import { changedWords } from './changed-words.ts';
import { Markdown } from './markdown.tsx';
import { ReuseBar } from './reuse-bar.tsx';
import { TokenView } from './token-view.tsx';

interface MessageViewProps {
  message: Message;
  conversationId: ConversationId;
  /** Only the last answer can be given again. */
  last: boolean;
}

export const MessageView = memo(function MessageView({ message, conversationId, last }: MessageViewProps) {
  if (message.role === 'user') return <Question text={message.text} />;
  return <Answer message={message} conversationId={conversationId} last={last} />;
});

export function Question({ text }: { text: string }) {
  return (
    <article className="message question" aria-label="You">
      <p>{text}</p>
    </article>
  );
}

function Answer({ message, conversationId, last }: MessageViewProps) {
  const { copied, copy } = useCopy();
  const { text, report } = message;
  const correction = report?.verification?.correction ?? null;
  const changes = useMemo(() => (correction === null ? undefined : changedWords(text, correction)), [text, correction]);
  const interrupted = message.state === 'interrupted' || message.state === 'streaming';
  const again = () => void attempt(() => answerAgain(conversationId));
  return (
    <article className="message answer" aria-label="Answer">
      {text === '' ? <p className="soft">{emptyWords(message)}</p> : <Markdown text={text} changes={changes} />}
      {correction !== null && <CorrectionNote />}
      {interrupted && (
        <div className="cut-off" role="note">
          <span>This answer was cut off. What had been written is kept.</span>
          {last && <Button onClick={again}>Send again</Button>}
        </div>
      )}
      {message.state === 'stopped' && text !== '' && <p className="stopped">You stopped here.</p>}
      <Reuse message={message} conversationId={conversationId}>
        <IconButton label={copied ? 'Copied' : 'Copy answer'} onClick={() => copy(text)}>
          {copied ? <Check size={16} /> : <Copy size={16} />}
        </IconButton>
        {last && !interrupted && (
          <IconButton label="Answer again" onClick={again}>
            <RotateCcw size={16} />
          </IconButton>
        )}
        {report !== null && (
          <IconButton label="Details of this answer" onClick={() => showDetails(message.id)}>
            <Info size={16} />
          </IconButton>
        )}
      </Reuse>
    </article>
  );
}

function CorrectionNote() {
  return (
    <p className="correction-note">
      <PenLine size={14} aria-hidden="true" /> Checked and corrected: the marked words took the place of others.
    </p>
  );
}

interface ReuseProps extends Omit<MessageViewProps, 'last'> {
  /** The buttons beside the bar. */
  children: ReactNode;
}

/** The reuse bar, and the tokens it grows into. */
function Reuse({ message, conversationId, children }: ReuseProps) {
  const { id, report } = message;
  const expanded = usePromptTokens((store) => store.messageId === id);
  const controls = `tokens-${id}`;
  const toggle = () => {
    chooseAnswer(id);
    if (expanded) closeTokens();
    else void openTokens(conversationId, id);
  };
  return (
    <>
      <footer className="answer-foot">
        {report !== null && <ReuseBar report={report} expanded={expanded} controls={controls} onToggle={toggle} />}
        <div className="answer-actions">{children}</div>
      </footer>
      {report !== null && expanded && <TokenView report={report} id={controls} />}
    </>
  );
}

function emptyWords(message: Message): string {
  return message.state === 'stopped' ? 'Stopped before the first word.' : 'The answer is empty.';
}
