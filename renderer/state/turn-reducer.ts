// What a running turn looks like after each event. Pure: no clock, no engine.

import type { ChatEvent, ReusePlanReport } from '../../engine/contract/chat.ts';
import type { WireError } from '../../engine/contract/errors.ts';

export interface LiveTurn {
  kind: 'send' | 'regenerate';
  /** sending → queued → reading (the prompt) → writing (the answer); failed from anywhere. */
  phase: 'sending' | 'queued' | 'reading' | 'writing' | 'stopping' | 'failed';
  /** The message as typed, until the engine has saved it; null from then on. */
  question: string | null;
  text: string;
  /** Turns of others before this one. */
  position: number;
  plan: ReusePlanReport | null;
  progress: { doneTokens: number; totalTokens: number } | null;
  error: WireError | null;
}

export function beginTurn(kind: LiveTurn['kind'], question: string | null): LiveTurn {
  return { kind, phase: 'sending', question, text: '', position: 0, plan: null, progress: null, error: null };
}

export function reduceTurn(turn: LiveTurn, event: ChatEvent): LiveTurn {
  const phase = (next: LiveTurn['phase']) => (turn.phase === 'stopping' ? 'stopping' : next);
  switch (event.type) {
    case 'saved':
      return { ...turn, question: null };
    case 'queued':
      return { ...turn, phase: phase('queued'), position: event.position };
    case 'reuse': {
      const { type: _, ...plan } = event;
      return { ...turn, phase: phase('reading'), plan };
    }
    case 'progress':
      return {
        ...turn,
        phase: phase('reading'),
        progress: { doneTokens: event.doneTokens, totalTokens: event.totalTokens },
      };
    default:
      return { ...turn, phase: phase('writing'), text: turn.text + event.text };
  }
}

export function failTurn(turn: LiveTurn, error: WireError): LiveTurn {
  return { ...turn, phase: 'failed', error };
}
