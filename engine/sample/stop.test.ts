// Stop strings: nothing of one is ever shown, nothing else is lost, however the text was cut up.

import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';
import { StopStrings } from './stop.ts';

test('text is held back only while it may begin a stop string', () => {
  const stop = new StopStrings(['END']);
  expect(stop.push('the E')).toEqual({ text: 'the ', stopped: false });
  expect(stop.push('N')).toEqual({ text: '', stopped: false });
  expect(stop.push('emy')).toEqual({ text: 'ENemy', stopped: false });
  expect(stop.push(' E')).toEqual({ text: ' ', stopped: false });
  expect(stop.push('ND of it')).toEqual({ text: '', stopped: true });
  expect(stop.push('more')).toEqual({ text: '', stopped: true });
  expect(stop.flush()).toBe('');
});

test('what is held back comes out when the answer ends by itself', () => {
  const stop = new StopStrings(['\n\n']);
  expect(stop.push('a line\n')).toEqual({ text: 'a line', stopped: false });
  expect(stop.flush()).toBe('\n');
  expect(stop.flush()).toBe('');
});

test('without stop strings text passes through', () => {
  expect(new StopStrings([]).push('anything')).toEqual({ text: 'anything', stopped: false });
});

/** One character at a time: the answer ends as soon as it ends with a stop string, of which the longest is cut off. */
function naive(text: string, stops: string[]): { text: string; stopped: boolean } {
  for (let end = 1; end <= text.length; end++) {
    const found = stops.filter((stop) => text.slice(0, end).endsWith(stop)).toSorted((a, b) => b.length - a.length)[0];
    if (found !== undefined) return { text: text.slice(0, end - found.length), stopped: true };
  }
  return { text, stopped: false };
}

test('any way of cutting up any text gives the same answer', () => {
  const random = seededRandom(3);
  const below = (limit: number) => Math.floor(random() * limit);
  const word = (length: number) => Array.from({ length }, () => 'abc'[below(3)]).join('');
  let stops = 0;
  for (let round = 0; round < 3000; round++) {
    const strings = Array.from({ length: below(4) }, () => word(1 + below(6)));
    const text = word(below(40));
    const stop = new StopStrings(strings);
    let shown = '';
    let stopped = false;
    for (let start = 0; start < text.length;) {
      const end = start + 1 + below(6);
      const step = stop.push(text.slice(start, end));
      shown += step.text;
      stopped = step.stopped;
      start = end;
    }
    expect({ text: shown + stop.flush(), stopped }).toEqual(naive(text, strings));
    if (stopped) stops++;
  }
  expect(stops).toBeGreaterThan(500);
  expect(stops).toBeLessThan(2900);
});
