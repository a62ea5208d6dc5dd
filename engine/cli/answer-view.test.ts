// What of an answer is seen where: word by word on a terminal, only what is right in a pipe.

import { expect, test } from 'vitest';
import type { ChatEvent, TokenOrigins } from '../contract/chat.ts';
import { AnswerView } from './answer-view.ts';

function reuse(tokens: Partial<TokenOrigins>): ChatEvent {
  return {
    type: 'reuse',
    policy: 'hearth',
    promptTokens: 50,
    contextTokens: 1024,
    tokens: { exactPrefix: 0, ownAnswer: 0, moved: 0, edited: 0, similar: 0, fresh: 0, ...tokens },
    sharedFrom: { private: 0, library: 0, app: 0 },
    missReason: null,
  };
}
const text = (piece: string): ChatEvent => ({ type: 'text', text: piece });
const verifying: ChatEvent = { type: 'verifying' };
const correction = (at: number): ChatEvent => ({ type: 'correction', at });

/** What stands on the output after each event, and after the end. */
function seen(terminal: boolean, events: ChatEvent[], saved: string): string[] {
  const steps: string[] = [];
  let output = '';
  const view = new AnswerView((piece) => (output += piece), { terminal });
  for (const event of events) {
    view.take(event);
    steps.push(output);
  }
  view.end(saved);
  return [...steps, output];
}

const wrong = [text('Take 50'), text(' mg.'), verifying, correction(5), text('5 mg.')];
const exact = reuse({ exactPrefix: 40, ownAnswer: 5, fresh: 5 });

test('an exact answer goes out word by word, everywhere', () => {
  for (const terminal of [true, false]) {
    const steps = seen(terminal, [exact, text('Take'), text(' 5 mg.')], 'Take 5 mg.');
    expect(steps).toEqual(['', 'Take', 'Take 5 mg.', 'Take 5 mg.\n']);
  }
});

test.each(['moved', 'edited', 'similar'] as const)(
  'in a pipe, an answer from %s text is held back to its end',
  (origin) => {
    const events = [reuse({ [origin]: 40, fresh: 10 }), text('Take'), text(' 5 mg.'), verifying];
    expect(seen(false, events, 'Take 5 mg.')).toEqual(['', '', '', '', 'Take 5 mg.\n']);
  },
);

test('in a pipe, only the corrected answer is seen', () => {
  expect(seen(false, [reuse({ edited: 9 }), ...wrong], 'Take 5 mg.').at(-1)).toBe('Take 5 mg.\n');
});

test('on a terminal, the check is told and the corrected answer stands whole behind the wrong one', () => {
  const steps = seen(true, [reuse({ edited: 9 }), ...wrong], 'Take 5 mg.');
  expect(steps[2]).toBe('Take 50 mg.');
  expect(steps.at(-1)).toBe('Take 50 mg.\nChecking the answer.\nCorrected:\nTake 5 mg.\n');
});

test('on a terminal, an answer that proved right is not repeated', () => {
  const events = [reuse({ moved: 9 }), text('Take 5 mg.'), verifying];
  expect(seen(true, events, 'Take 5 mg.').at(-1)).toBe('Take 5 mg.\nChecking the answer.\n');
});

test('an answer that was all wrong is replaced from its first character on', () => {
  const events = [reuse({ moved: 9 }), text('No.'), verifying, correction(0), text('Yes.')];
  expect(seen(true, events, 'Yes.').at(-1)).toBe('No.\nChecking the answer.\nCorrected:\nYes.\n');
  expect(seen(false, events, 'Yes.').at(-1)).toBe('Yes.\n');
});
