// A running turn, event by event.

import { expect, it } from 'vitest';
import type { ChatEvent } from '../../engine/contract/chat.ts';
import { testReport } from '../chat/test-report.ts';
import { beginTurn, failTurn, reduceTurn, type LiveTurn } from './turn-reducer.ts';

const { policy, promptTokens, tokens, sharedFrom, missReason } = testReport();
const REUSE: ChatEvent = { type: 'reuse', policy, promptTokens, tokens, sharedFrom, missReason, contextTokens: 2048 };

const after = (events: ChatEvent[], begun: LiveTurn = beginTurn('send', 'hello')) => events.reduce(reduceTurn, begun);

it('a turn waits, reads, then writes', () => {
  const queued = after([{ type: 'queued', position: 2 }]);
  expect(queued).toMatchObject({ phase: 'queued', position: 2 });
  const reading = after([REUSE, { type: 'progress', doneTokens: 64, totalTokens: 172 }], queued);
  expect(reading).toMatchObject({ phase: 'reading', plan: { promptTokens: 812 }, progress: { doneTokens: 64 } });
  expect(reading.plan).not.toHaveProperty('type');
  const writing = after(
    [
      { type: 'text', text: 'Good ' },
      { type: 'text', text: 'day' },
    ],
    reading,
  );
  expect(writing).toMatchObject({ phase: 'writing', text: 'Good day' });
});

it('what was typed is kept until the engine has saved it', () => {
  expect(beginTurn('send', 'hello').question).toBe('hello');
  const message = {
    id: 'm1' as never,
    role: 'user',
    text: 'hello',
    state: 'complete',
    createdAt: 0,
    report: null,
  } as const;
  expect(after([{ type: 'saved', message }]).question).toBeNull();
});

it('a turn that is being stopped stays so, and still takes the last words', () => {
  const stopping = { ...beginTurn('send', null), phase: 'stopping' as const };
  expect(after([{ type: 'text', text: 'last' }], stopping)).toMatchObject({ phase: 'stopping', text: 'last' });
});

const text = (words: string): ChatEvent => ({ type: 'text', text: words });

it('a corrected answer loses what was wrong, keeps it aside, and goes on from there', () => {
  const checking = after([text('Take 5 mg a day.'), { type: 'verifying' }]);
  expect(checking).toMatchObject({ phase: 'verifying', text: 'Take 5 mg a day.', correction: null });
  const withdrawn = after([{ type: 'correction', at: 6 }], checking);
  expect(withdrawn).toMatchObject({ phase: 'writing', text: 'Take 5' });
  const corrected = after([text('0 mg.')], withdrawn);
  expect(corrected).toMatchObject({ text: 'Take 50 mg.', correction: { at: 6, removed: ' mg a day.' } });
});

it('what stood there first is told of, not what a correction put there for a while', () => {
  const twice = after([
    text('one two three'),
    { type: 'correction', at: 4 },
    text('TWO THREE'),
    { type: 'correction', at: 8 },
    text('four'),
  ]);
  expect(twice).toMatchObject({ text: 'one TWO four', correction: { at: 4, removed: 'two three' } });
});

it('a failure keeps what had been written', () => {
  const failed = failTurn(after([{ type: 'text', text: 'half' }]), { code: 'engine-gone', message: 'gone' });
  expect(failed).toMatchObject({ phase: 'failed', text: 'half', error: { code: 'engine-gone' } });
});
