// Words that stand in the place of others: marked, and what stood there before is one hover or focus away.

import { createContext, useContext, type ComponentPropsWithoutRef } from 'react';
import { Hint } from '../ui/button.tsx';

type CorrectedWordsProps = ComponentPropsWithoutRef<'mark'> & { 'data-removed'?: string };

/** What is said before the words that others stand in the place of. */
export const ChangedFrom = createContext('Corrected. First it said');

export function CorrectedWords({ children, 'data-removed': removed }: CorrectedWordsProps) {
  const from = useContext(ChangedFrom);
  if (removed === undefined) return <mark className="corrected">{children}</mark>;
  return (
    <Hint
      text={
        <>
          {from}: <del>{removed.trim()}</del>
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
