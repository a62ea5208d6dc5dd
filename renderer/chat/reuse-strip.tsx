// The strip: one bar for one prompt, a part per origin, each with its fixed colour and mark. Marks are drawn in MarkDefs.

import type { TokenOrigins } from '../../engine/contract/chat.ts';
import { originShares } from './origins.ts';

interface ReuseStripProps {
  tokens: TokenOrigins;
  recomputed: number;
  heightPx?: number;
}

/** Decorative: whoever shows it puts the text equivalent beside it. */
export function ReuseStrip({ tokens, recomputed, heightPx = 6 }: ReuseStripProps) {
  const shares = originShares(tokens);
  const total = shares.reduce((sum, share) => sum + share.tokens, 0);
  // What is computed again lies in what was not exactly the same.
  const recomputedStart = shares.find((share) => INEXACT.has(share.key))?.start ?? 0;
  const fresh = shares.find((share) => share.key === 'fresh');
  return (
    <svg className="reuse-strip" width="100%" height={heightPx} aria-hidden="true">
      {shares.map((part) => (
        <rect
          key={part.key}
          className={`mark mark-${part.key}`}
          x={at(part.start)}
          width={at(part.share)}
          height={heightPx}
          fill={`url(#mark-${part.key})`}
        />
      ))}
      {fresh !== undefined && <Outline x={at(fresh.start)} width={at(fresh.share)} heightPx={heightPx} />}
      {shares.slice(1).map((part) => (
        <rect key={part.key} className="strip-gap" x={at(part.start)} width="1.5" height={heightPx} />
      ))}
      {recomputed > 0 && total > 0 && (
        <rect
          className="mark-recomputed"
          x={at(recomputedStart)}
          y={heightPx - 2}
          width={at(recomputed / total)}
          height="2"
        />
      )}
    </svg>
  );
}

// The edges of an outline: drawn inside, so that a percentage of the width needs no arithmetic with pixels.
function Outline({ x, width, heightPx }: { x: string; width: string; heightPx: number }) {
  return (
    <svg x={x} width={width} height={heightPx} className="mark-outline">
      <rect width="100%" height="100%" />
    </svg>
  );
}

/** One square of the legend. */
export function MarkSwatch({ origin }: { origin: keyof TokenOrigins | 'recomputed' }) {
  return (
    <svg className="swatch" width="14" height="14" aria-hidden="true">
      {origin === 'recomputed' ? (
        <rect className="mark-recomputed" y="10" width="14" height="4" />
      ) : (
        <rect width="14" height="14" fill={`url(#mark-${origin})`} />
      )}
    </svg>
  );
}

/** The patterns, drawn once per page: solid, solid, diagonal hatch, dots, waves, outline. */
export function MarkDefs() {
  return (
    <svg className="mark-defs" width="0" height="0" aria-hidden="true">
      <defs>
        <Pattern id="exactPrefix" />
        <Pattern id="ownAnswer" />
        <Pattern id="moved">
          <path d="M-1 1L1 -1M0 6L6 0M5 7L7 5" className="mark-line" />
        </Pattern>
        <Pattern id="edited">
          <circle cx="1.500" cy="1.500" r="1" className="mark-dot" />
          <circle cx="4.500" cy="4.500" r="1" className="mark-dot" />
        </Pattern>
        <Pattern id="similar">
          <path d="M0 3Q1.500 0 3 3T6 3" className="mark-line" />
        </Pattern>
        <Pattern id="fresh" />
      </defs>
    </svg>
  );
}

function Pattern({ id, children }: { id: keyof TokenOrigins; children?: React.ReactNode }) {
  return (
    <pattern id={`mark-${id}`} width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" className={`ground ground-${id}`} />
      {children}
    </pattern>
  );
}

const at = (share: number) => `${(share * 100).toFixed(3)}%`;
const INEXACT: ReadonlySet<string> = new Set(['moved', 'edited', 'similar']);
