// Words that checking put in the place of others: marked, and what stood there first is one hover or focus away.

import type { ComponentPropsWithoutRef } from 'react';
import { Hint } from '../ui/button.tsx';

type CorrectedWordsProps = ComponentPropsWithoutRef<'mark'> & { 'data-removed'?: string };

export function CorrectedWords({ children, 'data-removed': removed }: CorrectedWordsProps) {
  if (removed === undefined) return <mark className="corrected">{children}</mark>;
  return (
    <Hint
      text={
        <>
          Corrected. First it said: <del>{removed.trim()}</del>
        </>
      }
    >
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- its tooltip must be reachable by keyboard */}
      <mark className="corrected" tabIndex={0}>
        {children}
      </mark>
    </Hint>
  );
}
