// The figures of the whole cache. `bytesOnDisk` is the size of every file in its folder, so the meter is the truth.

import type { ReactNode } from 'react';
import type { CacheStats } from '../../engine/contract/cache.ts';
import { bytes, count, percent, plural } from '../ui/format.ts';
import { Meter } from '../ui/meter.tsx';

export function CacheTotals({ stats }: { stats: CacheStats }) {
  const asked = stats.hits + stats.misses;
  const disk = `${bytes(stats.bytesOnDisk)} of ${bytes(stats.quotaBytes)}`;
  const memory = `${bytes(stats.bytesInMemory)} of ${bytes(stats.memoryBudgetBytes)}`;
  return (
    <section aria-label="Totals">
      <div className="totals">
        <Total name="On disk" value={bytes(stats.bytesOnDisk)} note={`of ${bytes(stats.quotaBytes)}`}>
          <Meter label="Disk used" value={stats.bytesOnDisk} max={stats.quotaBytes} text={disk} />
        </Total>
        <Total name="In RAM now" value={bytes(stats.bytesInMemory)} note={`of ${bytes(stats.memoryBudgetBytes)}`}>
          <Meter label="RAM used" value={stats.bytesInMemory} max={stats.memoryBudgetBytes} text={memory} />
        </Total>
        <Total
          name="Found"
          value={asked === 0 ? 'nothing asked yet' : percent(stats.hits / asked)}
          note={asked === 0 ? '' : `${count(stats.hits)} of ${plural(asked, 'token')}`}
        >
          {asked > 0 && (
            <Meter
              label="Tokens found"
              value={stats.hits}
              max={asked}
              text={`${count(stats.hits)} of ${count(asked)} tokens`}
            />
          )}
        </Total>
        <Total
          name="Kept"
          value={count(stats.blocks)}
          note={`${stats.blocks === 1 ? 'block' : 'blocks'} of ${plural(stats.entries, 'text')}`}
        />
      </div>
      <dl className="small-figures">
        <Small name="written so far" value={bytes(stats.bytesWritten)} />
        <Small name="removed to make room" value={plural(stats.evictions, 'block')} />
        <Small name="damaged and dropped" value={plural(stats.damaged, 'block')} warn={stats.damaged > 0} />
        <Small name="not written, no room" value={plural(stats.dropped, 'block')} warn={stats.dropped > 0} />
      </dl>
    </section>
  );
}

function Total({ name, value, note, children }: { name: string; value: string; note: string; children?: ReactNode }) {
  return (
    <div className="total card">
      <h2>{name}</h2>
      <p className="total-value figure">{value}</p>
      <p className="soft figure">{note}</p>
      {children}
    </div>
  );
}

function Small({ name, value, warn = false }: { name: string; value: string; warn?: boolean }) {
  return (
    <div data-warn={warn}>
      <dt>{name}</dt>
      <dd className="figure">{value}</dd>
    </div>
  );
}
