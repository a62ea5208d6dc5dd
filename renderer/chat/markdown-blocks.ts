// Cuts Markdown into top-level pieces that can be parsed apart, so that a growing answer re-parses only its last one.

const FENCE = /^ {0,3}(`{3,}|~{3,})/u;
const LIST_ITEM = /^\s*(?:[-*+]|\d{1,9}[.)])\s/u;
/** What is, or may still become, one more item of a list: text arrives a few letters at a time. */
const MAYBE_ITEM = /^(?:[-*+]|\d{1,9}[.)]?)(?:\s|$)/u;

/** Pieces that joined give the text again. Only the last piece may change when text is added at the end. */
export function markdownBlocks(text: string): string[] {
  const blocks: string[] = [];
  let current = '';
  let fence: string | null = null;
  let inList = false;
  let afterBlank = false;
  for (const line of text.split(/(?<=\n)/u)) {
    const blank = line.trim() === '';
    const continues = /^\s/u.test(line) || (inList && MAYBE_ITEM.test(line));
    if (fence === null && afterBlank && !blank && !continues) {
      blocks.push(current);
      current = '';
      inList = false;
    }
    inList ||= fence === null && LIST_ITEM.test(line);
    current += line;
    fence = fenceAfter(line, fence);
    afterBlank = blank && fence === null;
  }
  if (current !== '') blocks.push(current);
  return blocks;
}

function fenceAfter(line: string, fence: string | null): string | null {
  const mark = FENCE.exec(line)?.[1];
  if (mark === undefined) return fence;
  if (fence === null) return mark;
  const closes = mark[0] === fence[0] && mark.length >= fence.length && line.trim() === mark;
  return closes ? null : fence;
}
