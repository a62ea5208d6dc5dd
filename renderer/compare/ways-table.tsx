// The ways side by side: how soon, how much from memory, how much work, how far off. In a narrow window each way is a
// card, and each figure has its column's name beside it.

import type { ReactNode } from 'react';
import type { Comparison } from '../../engine/contract/chat.ts';
import { ReuseStrip } from '../chat/reuse-strip.tsx';
import { StateMark } from '../chat/state-mark.tsx';
import { useComparison, type WayRow } from '../state/comparison.ts';
import { reusedTokens } from '../chat/origins.ts';
import { count, duration, percent } from '../ui/format.ts';
import { COLUMNS, differenceWords, memoryWords, sameWords, wayName, type Column } from './way-words.ts';

export function WaysTable({ rows }: { rows: readonly WayRow[] }) {
  const longestMs = Math.max(1e-6, ...rows.map(({ comparison }) => comparison?.report.ttftMs ?? 0));
  return (
    <table className="ways card">
      <caption className="visually-hidden">The same question in each way</caption>
      <thead>
        <tr>
          <th scope="col">Way</th>
          {COLUMNS.map(({ key, name }) => (
            <th key={key} scope="col" data-column={key}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={wayName(row.way)} data-state={row.state}>
            <th scope="row">
              {wayName(row.way)}
              {row.comparison !== null && (
                <small>
                  <StateMark state={row.comparison.report.state} />
                </small>
              )}
            </th>
            {row.comparison === null ? (
              <td className="way-state" colSpan={COLUMNS.length}>
                <StateOf row={row} />
              </td>
            ) : (
              <Figures comparison={row.comparison} longestMs={longestMs} isOff={row === rows[0]} />
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StateOf({ row }: { row: WayRow }) {
  if (row.state === 'running') return <Running />;
  if (row.state === 'failed') return <span className="way-failed">{row.message}</span>;
  return <span className="soft">{row.state === 'waiting' ? 'waiting' : 'not compared'}</span>;
}

function Running() {
  const progress = useComparison((store) => store.progress);
  return (
    <>
      <span className="ember-dot" aria-hidden="true" />
      {progress === null
        ? 'working'
        : `reading, ${count(progress.doneTokens)} of ${count(progress.totalTokens)} tokens`}
    </>
  );
}

function Figures({ comparison, longestMs, isOff }: { comparison: Comparison; longestMs: number; isOff: boolean }) {
  const { report } = comparison;
  const words = memoryWords(report);
  const cells: Record<Column['key'], ReactNode> = {
    first: (
      <>
        {duration(report.ttftMs)}
        <Bar share={report.ttftMs / longestMs} />
      </>
    ),
    memory: (
      <>
        {count(reusedTokens(report))} of {count(report.promptTokens)}
        <ReuseStrip tokens={report.tokens} recomputed={report.recomputed} />
        {words !== null && <small>{words}</small>}
      </>
    ),
    again: count(report.recomputed),
    computed: (
      <>
        {percent(report.tokenLayers)}
        <Bar share={report.tokenLayers} />
      </>
    ),
    difference: isOff ? <Itself /> : differenceWords(comparison.meanKl),
    same: isOff ? <Itself /> : sameWords(comparison),
  };
  return COLUMNS.map(({ key, name }) => (
    <td key={key} className="figure" data-column={key}>
      <span className="cell-name" aria-hidden="true">
        {name}
      </span>
      <div className="cell-value">{cells[key]}</div>
    </td>
  ));
}

function Itself() {
  return (
    <span className="soft">
      <span aria-hidden="true">–</span>
      <span className="visually-hidden">the others are measured by it</span>
    </span>
  );
}

function Bar({ share }: { share: number }) {
  return (
    <span className="time-track" aria-hidden="true">
      <span className="time-fill" style={{ transform: `scaleX(${Math.min(1, share)})` }} />
    </span>
  );
}
