// A block of code with its language and a button that copies it.

import { Check, Copy } from 'lucide-react';
import { Children, isValidElement, type ComponentPropsWithoutRef, type ReactNode } from 'react';
import { useCopy } from '../ui/use-copy.ts';

export function CodeBlock({ children }: ComponentPropsWithoutRef<'pre'>) {
  const { copied, copy } = useCopy();
  const code = Children.toArray(children).find(isValidElement<{ className?: string; children?: ReactNode }>);
  const language = /language-(\S+)/u.exec(code?.props.className ?? '')?.[1] ?? 'text';
  return (
    <figure className="code-block">
      <figcaption>
        <span>{language}</span>
        <button type="button" className="code-copy" onClick={() => copy(textOf(code?.props.children))}>
          {copied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          {copied ? 'Copied' : 'Copy'}
        </button>
      </figcaption>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{children}</pre>
    </figure>
  );
}

/** Words in it may be marked, so its text lies at any depth. */
function textOf(children: ReactNode): string {
  return Children.toArray(children)
    .map((child) => {
      if (typeof child === 'string') return child;
      return isValidElement<{ children?: ReactNode }>(child) ? textOf(child.props.children) : '';
    })
    .join('');
}
