// How much of the model's context this chat fills: measured from the last turn, before that from its documents.

import type { Conversation } from '../../engine/contract/chat.ts';
import type { LibraryDocument } from '../../engine/contract/library.ts';
import { documentsOf, useConversations } from '../state/conversations.ts';
import { useEngine } from '../state/engine.ts';
import { useTurns } from '../state/turns.ts';
import type { LiveTurn } from '../state/turn-reducer.ts';
import { count } from '../ui/format.ts';
import { Meter } from '../ui/meter.tsx';

export function ContextMeter() {
  const contextTokens = useEngine((engine) => engine.status?.model?.contextTokens ?? 0);
  const open = useConversations((store) => store.open);
  const documents = useConversations(documentsOf);
  const turn = useTurns((store) => (open === null ? undefined : store.live[open.id]));
  const known = usedTokens(open, documents, turn);
  // A refusal comes before the tokens are told: only that they are too many is known then.
  const over = turn?.error?.code === 'context-exceeded' && (known ?? 0) <= contextTokens;
  const used = over ? contextTokens : known;
  if (contextTokens === 0 || used === null) return <span className="context-meter" />;
  const text = over ? `more than ${count(contextTokens)} tokens` : `${count(used)} of ${count(contextTokens)} tokens`;
  return (
    <div className="context-meter">
      <Meter label="Context used" value={used} max={contextTokens} text={text} />
      <span className="figure">{text}</span>
    </div>
  );
}

/** Null where nothing is known yet. */
export function usedTokens(
  open: Conversation | null,
  documents: readonly LibraryDocument[],
  turn: LiveTurn | undefined,
): number | null {
  if (turn?.plan !== null && turn?.plan !== undefined) return turn.plan.promptTokens;
  const report = open?.history.findLast((message) => message.report !== null)?.report;
  if (report !== null && report !== undefined) return report.promptTokens + report.outputTokens;
  if (documents.length === 0 || documents.some((document) => document.tokens === null)) return null;
  return documents.reduce((sum, document) => sum + (document.tokens ?? 0), 0);
}
