// The conversation: its head, its messages, the composer. Files dropped anywhere on it become private documents.

import { useState, type DragEvent } from 'react';
import { useConversations } from '../state/conversations.ts';
import { PlaceHead } from '../ui/place-head.tsx';
import { attachFiles } from './attach.ts';
import { Composer } from './composer.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { MessageList } from './message-list.tsx';

export function ChatScreen() {
  const openId = useConversations((store) => store.openId);
  const open = useConversations((store) => store.open);
  const title = useConversations((store) => store.list?.find((entry) => entry.id === store.openId)?.title);
  const { dropping, handlers } = useDrop();
  return (
    <main className="chat" {...handlers}>
      <PlaceHead title={openId === null ? 'New chat' : (title ?? '')} details />
      {openId === null ? (
        <EmptyChat />
      ) : open === null ? (
        <div className="messages-frame" aria-busy="true" />
      ) : (
        <MessageList key={open.id} conversation={open} />
      )}
      <Composer />
      {dropping && <div className="drop-veil">Drop to add it to this chat, only for you</div>}
    </main>
  );
}

function useDrop() {
  const [dropping, setDropping] = useState(false);
  return {
    dropping,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDropping(true);
      },
      onDragLeave: (event: DragEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDropping(false);
      },
      onDrop: (event: DragEvent) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDropping(false);
        void attachFiles([...event.dataTransfer.files]);
      },
    },
  };
}

const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
