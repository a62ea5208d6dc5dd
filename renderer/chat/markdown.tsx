// An answer as Markdown. No raw HTML, and no pictures from elsewhere: showing one would tell a stranger what is read here.

import { memo, useMemo, type ComponentPropsWithoutRef } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import type { Change } from './changed-words.ts';
import { CodeBlock } from './code-block.tsx';
import { CorrectedWords } from './corrected-words.tsx';
import { markChanges } from './mark-changes.ts';
import { markdownBlocks } from './markdown-blocks.ts';

const PLUGINS = [remarkGfm];

const COMPONENTS: Components = {
  pre: CodeBlock,
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer noopener">
      {children}
    </a>
  ),
  img: ({ src, alt }) => (
    <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noreferrer noopener">
      {alt === undefined || alt === '' ? 'picture' : alt}
    </a>
  ),
  table: Table,
  mark: CorrectedWords,
};
const NO_CHANGES: readonly Change[] = [];

interface MarkdownProps {
  text: string;
  /** Words that checking put in the place of others. */
  changes?: readonly Change[];
}

export function Markdown({ text, changes = NO_CHANGES }: MarkdownProps) {
  const blocks = useMemo(() => withChanges(markdownBlocks(text), changes), [text, changes]);
  return (
    <div className="prose">
      {blocks.map((block, index) => (
        // Pieces only grow at the end, so their place is their identity.
        // oxlint-disable-next-line react/no-array-index-key
        <Block key={index} {...block} />
      ))}
    </div>
  );
}

/** Each piece with the changes that lie in it, as places in that piece. */
function withChanges(texts: string[], changes: readonly Change[]) {
  let from = 0;
  return texts.map((text) => {
    const [start, end] = [from, from + text.length];
    from = end;
    const inside = changes.filter((change) => change.start < end && change.end > start);
    if (inside.length === 0) return { text, changes: NO_CHANGES };
    const placed = inside.map((change) => ({
      start: Math.max(0, change.start - start),
      end: Math.min(end, change.end) - start,
      removed: change.start >= start ? change.removed : '',
    }));
    return { text, changes: placed };
  });
}

const Block = memo(function Block({ text, changes }: Required<MarkdownProps>) {
  return (
    <ReactMarkdown
      remarkPlugins={PLUGINS}
      rehypePlugins={changes.length === 0 ? [] : [[markChanges, changes]]}
      components={COMPONENTS}
    >
      {text}
    </ReactMarkdown>
  );
});

function Table({ children }: ComponentPropsWithoutRef<'table'>) {
  return (
    <ScrollRegion className="table-scroll" label="Table">
      <table>{children}</table>
    </ScrollRegion>
  );
}
