// Where a message is written. Enter sends, Shift+Enter begins a line, Escape stops the answer under way.

import { ArrowUp, Square } from 'lucide-react';
import { useState, type KeyboardEvent } from 'react';
import { ensureConversation, useConversations } from '../state/conversations.ts';
import { useEngine } from '../state/engine.ts';
import { attempt } from '../state/notices.ts';
import { sendMessage, stopTurn, useTurns } from '../state/turns.ts';
import { IconButton } from '../ui/button.tsx';
import { AttachMenu } from './attach-menu.tsx';
import { ContextMeter } from './context-meter.tsx';
import { DocumentChips } from './document-chips.tsx';
import { useDraft } from './draft.ts';

export function Composer() {
  const { text, setText, running, ready, send, stop } = useComposing();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send();
    }
    if (event.key === 'Escape' && running) stop();
  };
  return (
    <form
      className="composer"
      aria-label="Message"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <DocumentChips />
      <textarea
        className="composer-text"
        aria-label="Your message"
        placeholder="Ask something"
        rows={1}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- a chat is opened to write in it
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-row">
        <AttachMenu />
        <ContextMeter />
        <SendButton running={running} ready={ready} onStop={stop} />
      </div>
    </form>
  );
}

/** The text being written, and what can be done with it now. */
function useComposing() {
  const openId = useConversations((store) => store.openId);
  const turn = useTurns((store) => (openId === null ? undefined : store.live[openId]));
  const connected = useEngine((engine) => engine.client !== null);
  const hasModel = useEngine((engine) => engine.status === null || engine.status.model !== null);
  const [text, setText] = useDraft(openId);
  const [beginning, setBeginning] = useState(false);
  const running = beginning || (turn !== undefined && turn.phase !== 'failed');
  const ready = connected && hasModel && !running && text.trim() !== '';

  const send = async () => {
    if (!ready) return;
    const message = text.trim();
    setText('');
    setBeginning(true);
    const conversationId = await attempt(ensureConversation);
    setBeginning(false);
    if (conversationId === null) setText(message);
    else await sendMessage(conversationId, message);
  };
  const stop = () => {
    if (openId !== null) stopTurn(openId);
  };
  return { text, setText, running, ready, send, stop };
}

interface SendButtonProps {
  running: boolean;
  ready: boolean;
  onStop: () => void;
}

function SendButton({ running, ready, onStop }: SendButtonProps) {
  return running ? (
    <IconButton label="Stop" hint="Esc" className="send" onClick={onStop}>
      <Square size={14} fill="currentColor" />
    </IconButton>
  ) : (
    <IconButton label="Send" hint="Enter" className="send" type="submit" disabled={!ready}>
      <ArrowUp size={18} />
    </IconButton>
  );
}
