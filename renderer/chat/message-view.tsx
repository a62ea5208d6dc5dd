// One saved message: what a person said, or an answer with what can be done about it and what it reused.

import { Check, Copy, RotateCcw } from 'lucide-react';
import { memo } from 'react';
import type { ConversationId, Message } from '../../engine/contract/chat.ts';
import { attempt } from '../state/notices.ts';
import { answerAgain } from '../state/turns.ts';
import { showDetails, useView } from '../state/view.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { useCopy } from '../ui/use-copy.ts';
import { Markdown } from './markdown.tsx';
import { ReuseBar } from './reuse-bar.tsx';

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
  const selected = useView((view) => view.answerId === message.id);
  const interrupted = message.state === 'interrupted' || message.state === 'streaming';
  const again = () => void attempt(() => answerAgain(conversationId));
  return (
    <article className="message answer" aria-label="Answer">
      {message.text === '' ? <p className="soft">{emptyWords(message)}</p> : <Markdown text={message.text} />}
      {interrupted && (
        <div className="cut-off" role="note">
          <span>This answer was cut off. What had been written is kept.</span>
          {last && <Button onClick={again}>Send again</Button>}
        </div>
      )}
      {message.state === 'stopped' && message.text !== '' && <p className="stopped">You stopped here.</p>}
      <footer className="answer-foot">
        {message.report !== null && (
          <ReuseBar report={message.report} selected={selected} onOpen={() => showDetails(message.id)} />
        )}
        <div className="answer-actions">
          <IconButton label={copied ? 'Copied' : 'Copy answer'} onClick={() => copy(message.text)}>
            {copied ? <Check size={16} /> : <Copy size={16} />}
          </IconButton>
          {last && !interrupted && (
            <IconButton label="Answer again" onClick={again}>
              <RotateCcw size={16} />
            </IconButton>
          )}
        </div>
      </footer>
    </article>
  );
}

function emptyWords(message: Message): string {
  return message.state === 'stopped' ? 'Stopped before the first word.' : 'The answer is empty.';
}
