// A turn that did not work, and a message that was never answered: what happened, what was kept, and the way on.

import { CircleAlert } from 'lucide-react';
import type { ConversationId } from '../../engine/contract/chat.ts';
import { useEngine } from '../state/engine.ts';
import { attempt } from '../state/notices.ts';
import { answerAgain, tryAgain } from '../state/turns.ts';
import type { LiveTurn } from '../state/turn-reducer.ts';
import { Button } from '../ui/button.tsx';

export function FailedTurn({ turn, conversationId }: { turn: LiveTurn; conversationId: ConversationId }) {
  const connected = useEngine((engine) => engine.client !== null);
  return (
    <div className="failed" role="alert">
      <CircleAlert size={18} aria-hidden="true" />
      <p>{turn.error?.message}</p>
      <Button kind="primary" disabled={!connected} onClick={() => void attempt(() => tryAgain(conversationId))}>
        Send again
      </Button>
    </div>
  );
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
