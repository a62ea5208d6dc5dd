// A part of the page that scrolls by itself, reachable and scrollable by keyboard, with a name.

import type { ReactNode, Ref } from 'react';

interface ScrollRegionProps {
  label: string;
  className: string;
  busy?: boolean;
  ref?: Ref<HTMLElement>;
  children: ReactNode;
}

export function ScrollRegion({ label, className, busy = false, ref, children }: ScrollRegionProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <section ref={ref} className={className} tabIndex={0} aria-label={label} aria-busy={busy}>
      {children}
    </section>
  );
}
