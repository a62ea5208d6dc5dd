// The messages of the open chat. Only the rows in view exist; the view follows the end only while the reader is there.

import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Conversation, ConversationId } from '../../engine/contract/chat.ts';
import { useTurns } from '../state/turns.ts';
import { IconButton } from '../ui/button.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { FailedTurn, UnansweredMessage } from './failed-turn.tsx';
import { LiveAnswer } from './live-answer.tsx';
import { MessageView, Question } from './message-view.tsx';
import { messageRows, type Row } from './message-rows.ts';

const AT_END_PX = 64;

export function MessageList({ conversation }: { conversation: Conversation }) {
  const turn = useTurns((store) => store.live[conversation.id]);
  const rows = useMemo(() => messageRows(conversation.history, turn), [conversation.history, turn]);
  const { scroller, virtualizer, atEnd } = useRows(rows, conversation.id);
  return (
    <div className="messages-frame">
      <ScrollRegion className="messages" label="Messages" ref={scroller}>
        <ol className="messages-inner" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row !== undefined && (
                <li
                  key={item.key}
                  data-index={item.index}
                  ref={virtualizer.measureElement}
                  aria-setsize={rows.length}
                  aria-posinset={item.index + 1}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <RowView row={row} conversation={conversation} />
                </li>
              )
            );
          })}
        </ol>
      </ScrollRegion>
      {!atEnd && (
        <IconButton label="To the latest message" className="to-end" onClick={() => virtualizer.scrollToEnd()}>
          <ArrowDown size={18} />
        </IconButton>
      )}
    </div>
  );
}

/** The rows in view, and whether the reader is at the end. */
function useRows(rows: Row[], conversationId: ConversationId) {
  const scroller = useRef<HTMLElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  // oxlint-disable-next-line react/incompatible-library -- its functions are called here and passed to no memoised part
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimatedHeight(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 4,
    paddingStart: 24,
    paddingEnd: 24,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
    onChange: (list) => setAtEnd(list.isAtEnd(AT_END_PX)),
  });
  useEffect(() => {
    virtualizer.scrollToEnd();
    // A chat opens at its end; after that the reader decides.
  }, [virtualizer, conversationId]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let height = element.clientHeight;
    // A notice or a longer draft takes room away: who was at the end stays there.
    const observer = new ResizeObserver(() => {
      const below = element.scrollHeight - element.scrollTop - height;
      height = element.clientHeight;
      if (below <= AT_END_PX) virtualizer.scrollToEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [virtualizer]);
  return { scroller, virtualizer, atEnd };
}

function RowView({ row, conversation }: { row: Row; conversation: Conversation }) {
  switch (row.kind) {
    case 'message':
      return <MessageView message={row.message} conversationId={conversation.id} last={row.last} />;
    case 'question':
      return <Question text={row.text} />;
    case 'live':
      return <LiveAnswer turn={row.turn} />;
    case 'failed':
      return <FailedTurn turn={row.turn} conversation={conversation} />;
    default:
      return <UnansweredMessage conversationId={conversation.id} />;
  }
}

function estimatedHeight(row: Row | undefined): number {
  if (row?.kind !== 'message') return 120;
  const lines = Math.ceil(row.message.text.length / 72);
  return lines * 24 + (row.message.role === 'assistant' ? 120 : 56);
}
