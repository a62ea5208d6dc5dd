// The chats by day, newest first. Arrows walk, F2 renames, Delete asks and deletes; the same stands in each row's menu.

import { Ellipsis, Pencil, Trash2 } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { ConversationId, ConversationSummary } from '../../engine/contract/chat.ts';
import { openConversation, removeConversation, renameConversation, useConversations } from '../state/conversations.ts';
import { attempt } from '../state/notices.ts';
import { useTurns } from '../state/turns.ts';
import { goTo, useView } from '../state/view.ts';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { Menu, MenuItem } from '../ui/menu.tsx';
import { groupChats } from './group-chats.ts';

export function ChatList({ filter }: { filter: string }) {
  const list = useConversations((store) => store.list);
  const [renaming, setRenaming] = useState<ConversationId | null>(null);
  const [removing, setRemoving] = useState<ConversationSummary | null>(null);
  const groups = useMemo(() => groupChats(list ?? [], filter), [list, filter]);
  const frame = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const rows = [...(frame.current?.querySelectorAll<HTMLButtonElement>('.chat-open') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLButtonElement);
    if (at === -1) return;
    event.preventDefault();
    rows[Math.min(rows.length - 1, Math.max(0, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- arrows only move between its buttons
    <div className="chat-list" ref={frame} onKeyDown={walk}>
      {list !== null && groups.length === 0 && (
        <p className="soft chat-list-empty">
          {filter === '' ? 'Your chats will be here.' : 'No chat has this in its title.'}
        </p>
      )}
      {groups.map((group) => (
        <section key={group.name} aria-label={group.name}>
          <h2>{group.name}</h2>
          <ul>
            {group.chats.map((chat) => (
              <li key={chat.id}>
                {renaming === chat.id ? (
                  <RenameField chat={chat} onDone={() => setRenaming(null)} />
                ) : (
                  <ChatRow chat={chat} onRename={() => setRenaming(chat.id)} onRemove={() => setRemoving(chat)} />
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
      <RemoveChat chat={removing} onDone={() => setRemoving(null)} />
    </div>
  );
}

interface ChatRowProps {
  chat: ConversationSummary;
  onRename: () => void;
  onRemove: () => void;
}

function ChatRow({ chat, onRename, onRemove }: ChatRowProps) {
  const open = useConversations((store) => store.openId === chat.id);
  const here = useView((view) => view.place === 'chat');
  const writing = useTurns((store) => {
    const turn = store.live[chat.id];
    return turn !== undefined && turn.phase !== 'failed';
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'F2') onRename();
    if (event.key === 'Delete') onRemove();
  };
  return (
    <div className="chat-row" data-open={open && here}>
      <button
        type="button"
        className="chat-open"
        aria-current={open && here ? 'page' : undefined}
        title={chat.title}
        onKeyDown={onKeyDown}
        onClick={() => {
          useView.setState({ answerId: null });
          goTo('chat');
          void attempt(() => openConversation(chat.id));
        }}
      >
        <span className="ellipsis">{chat.title}</span>
        {writing && (
          <span className="ember-dot">
            <span className="visually-hidden">An answer is being written</span>
          </span>
        )}
      </button>
      <Menu
        align="end"
        trigger={
          <button type="button" className="icon-button chat-more" aria-label={`More for ${chat.title}`}>
            <Ellipsis size={16} />
          </button>
        }
      >
        <MenuItem icon={<Pencil size={15} />} onSelect={onRename}>
          Rename
        </MenuItem>
        <MenuItem icon={<Trash2 size={15} />} danger onSelect={onRemove}>
          Delete
        </MenuItem>
      </Menu>
    </div>
  );
}

function RenameField({ chat, onDone }: { chat: ConversationSummary; onDone: () => void }) {
  const cancelled = useRef(false);
  const save = (title: string) => {
    onDone();
    const trimmed = title.trim();
    if (cancelled.current || trimmed === '' || trimmed === chat.title) return;
    void attempt(() => renameConversation(chat.id, trimmed));
  };
  return (
    <input
      className="input rename"
      aria-label="Title of the chat"
      defaultValue={chat.title}
      maxLength={200}
      ref={(field) => {
        // The menu gives its focus back first; the field takes it after that.
        const timer = setTimeout(() => field?.select(), 50);
        return () => clearTimeout(timer);
      }}
      onBlur={(event) => save(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') cancelled.current = true;
        if (event.key === 'Escape' || event.key === 'Enter') event.currentTarget.blur();
      }}
    />
  );
}

function RemoveChat({ chat, onDone }: { chat: ConversationSummary | null; onDone: () => void }) {
  return (
    <ConfirmDialog
      open={chat !== null}
      title="Delete this chat?"
      description={<p>“{chat?.title}” and what was kept in memory from it are deleted for good. Its documents stay.</p>}
      action="Delete"
      onCancel={onDone}
      onConfirm={() => {
        if (chat !== null) void attempt(() => removeConversation(chat.id));
        onDone();
      }}
    />
  );
}
