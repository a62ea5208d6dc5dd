// Marks changed words in an answer that was parsed from Markdown: wraps the text that came from those characters.

import type { Change } from './changed-words.ts';

/** As much of a node of the parsed page as is needed here. */
interface PageNode {
  type: string;
  value?: string;
  tagName?: string;
  properties?: Record<string, unknown>;
  children?: PageNode[];
  position?: { start: { offset?: number }; end: { offset?: number } };
}
interface Source {
  toString(): string;
}

/** A rehype plugin. `changes` are places in the Markdown that is parsed. */
export function markChanges(changes: readonly Change[]) {
  return (tree: PageNode, source: Source) => {
    // What was removed is told once per change, on the first of the words that took its place.
    const told = new Set<Change>();
    wrapText(tree, undefined, { changes, told, markdown: String(source) });
  };
}

interface Marking {
  changes: readonly Change[];
  told: Set<Change>;
  markdown: string;
}

function wrapText(node: PageNode, around: PageNode['position'], marking: Marking): void {
  node.children = node.children?.flatMap((child) => {
    const position = child.position ?? around;
    if (child.type === 'text') return wrapped(child, position, marking);
    wrapText(child, position, marking);
    return [child];
  });
}

function wrapped(node: PageNode, position: PageNode['position'], { changes, told, markdown }: Marking): PageNode[] {
  const value = node.value ?? '';
  const [from, to] = [position?.start.offset, position?.end.offset];
  if (value.trim() === '' || from === undefined || to === undefined) return [node];
  // Marks such as backticks belong to the place of a text and not to the text.
  const inside = markdown.slice(from, to).indexOf(value);
  const start = from + Math.max(0, inside);
  const parts: PageNode[] = [];
  let done = 0;
  for (const change of changes) {
    if (change.end <= start || change.start >= (inside === -1 ? to : start + value.length)) continue;
    // A text that is not written as it reads (an escape, an entity) is marked as a whole.
    const [first, last] = inside === -1 ? [0, value.length] : [change.start - start, change.end - start];
    const [begin, end] = [Math.max(done, first), Math.min(value.length, last)];
    if (begin >= end) continue;
    if (begin > done) parts.push({ type: 'text', value: value.slice(done, begin) });
    parts.push(mark(value.slice(begin, end), told.has(change) ? '' : change.removed));
    told.add(change);
    done = end;
  }
  if (done < value.length) parts.push({ type: 'text', value: value.slice(done) });
  return parts;
}

function mark(value: string, removed: string): PageNode {
  const properties = removed.trim() === '' ? {} : { dataRemoved: removed };
  return { type: 'element', tagName: 'mark', properties, children: [{ type: 'text', value }] };
}
