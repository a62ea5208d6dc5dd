// What a running turn looks like after each event. Pure: no clock, no engine.

import type { ChatEvent, ReusePlanReport, Verification } from '../../engine/contract/chat.ts';
import type { WireError } from '../../engine/contract/errors.ts';

export interface LiveTurn {
  kind: 'send' | 'regenerate';
  /** sending → queued → reading (the prompt) → writing (the answer) ⇄ verifying (it); failed from anywhere. */
  phase: 'sending' | 'queued' | 'reading' | 'writing' | 'verifying' | 'stopping' | 'failed';
  /** The message as typed, until the engine has saved it; null from then on. */
  question: string | null;
  text: string;
  /** The first place where checking replaced the text, and what had stood there; null: nowhere. */
  correction: NonNullable<Verification['correction']> | null;
  /** Turns of others before this one. */
  position: number;
  plan: ReusePlanReport | null;
  progress: { doneTokens: number; totalTokens: number } | null;
  error: WireError | null;
}

export function beginTurn(kind: LiveTurn['kind'], question: string | null): LiveTurn {
  return {
    kind,
    phase: 'sending',
    question,
    text: '',
    correction: null,
    position: 0,
    plan: null,
    progress: null,
    error: null,
  };
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
    case 'verifying':
      return { ...turn, phase: phase('verifying') };
    case 'correction':
      return { ...withdraw(turn, event.at), phase: phase('writing') };
    default:
      return { ...turn, phase: phase('writing'), text: turn.text + event.text };
  }
}

function withdraw(turn: LiveTurn, at: number): LiveTurn {
  const { text, correction } = turn;
  // What an earlier correction put there was never the first answer, so it is not told of.
  const earlier = correction !== null && correction.at <= at;
  return { ...turn, text: text.slice(0, at), correction: earlier ? correction : { at, removed: text.slice(at) } };
}

export function failTurn(turn: LiveTurn, error: WireError): LiveTurn {
  return { ...turn, phase: 'failed', error };
}
