// A turn that did not work, and a message that was never answered: what happened, what was kept, and the way on.

import { CircleAlert } from 'lucide-react';
import type { Conversation, ConversationId } from '../../engine/contract/chat.ts';
import { focusOn } from '../shortcuts.ts';
import { newConversation } from '../state/conversations.ts';
import { useEngine } from '../state/engine.ts';
import { attempt } from '../state/notices.ts';
import { answerAgain, tryAgain } from '../state/turns.ts';
import type { LiveTurn } from '../state/turn-reducer.ts';
import { Button } from '../ui/button.tsx';
import { setDraft } from './draft.ts';

export function FailedTurn({ turn, conversation }: { turn: LiveTurn; conversation: Conversation }) {
  const connected = useEngine((engine) => engine.client !== null);
  return (
    <div className="failed" role="alert">
      <CircleAlert size={18} aria-hidden="true" />
      <p>{turn.error?.message}</p>
      {turn.error?.code === 'context-exceeded' ? (
        <Button kind="primary" onClick={() => takeAlong(conversation, turn)}>
          New chat
        </Button>
      ) : (
        <Button kind="primary" disabled={!connected} onClick={() => void attempt(() => tryAgain(conversation.id))}>
          Send again
        </Button>
      )}
    </div>
  );
}

/** Begins a chat with the message that did not fit as its draft. Documents come along where there was room for them before. */
function takeAlong({ history, documents }: Conversation, turn: LiveTurn): void {
  const asked = turn.question ?? history.findLast((message) => message.role === 'user')?.text ?? '';
  newConversation(history.some((message) => message.report !== null) ? documents : []);
  setDraft(null, asked);
  focusOn('.composer-text');
}

export function UnansweredMessage({ conversationId }: { conversationId: ConversationId }) {
  const connected = useEngine((engine) => engine.client !== null);
  return (
    <div className="cut-off" role="note">
      <span>This message has no answer yet.</span>
      <Button disabled={!connected} onClick={() => void attempt(() => answerAgain(conversationId))}>
        Send again
      </Button>
    </div>
  );
}
