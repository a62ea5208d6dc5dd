// Where the time to the first word went, as labelled bars. Decoding comes after and is not part of it.

import type { TimeSplit as Split } from '../../engine/contract/chat.ts';
import { duration } from '../ui/format.ts';

const PARTS: { key: keyof Split; name: string }[] = [
  { key: 'queueMs', name: 'waiting' },
  { key: 'encodeMs', name: 'cutting into tokens' },
  { key: 'matchMs', name: 'looking in memory' },
  { key: 'loadMs', name: 'loading from memory' },
  { key: 'prefillMs', name: 'reading' },
  { key: 'sampleMs', name: 'choosing the word' },
];

export function TimeSplit({ time }: { time: Split }) {
  const longestMs = Math.max(...PARTS.map((part) => time[part.key]), 1e-6);
  return (
    <ul className="time-split">
      {PARTS.map((part) => (
        <li key={part.key}>
          <span>{part.name}</span>
          <span className="time-track" aria-hidden="true">
            <span className="time-fill" style={{ transform: `scaleX(${time[part.key] / longestMs})` }} />
          </span>
          <span className="figure">{shortDuration(time[part.key])}</span>
        </li>
      ))}
    </ul>
  );
}

function shortDuration(milliseconds: number): string {
  return milliseconds > 0 && milliseconds < 1 ? '<1 ms' : duration(milliseconds);
}
