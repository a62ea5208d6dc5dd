// Cuts Markdown into top-level pieces that can be parsed apart, so that a growing answer re-parses only its last one.

const FENCE = /^ {0,3}(`{3,}|~{3,})/u;
/** A line that may belong to what stood before the blank line: indented text, or one more item of a list. */
const CONTINUES = /^(?:\s|[-*+] |\d{1,9}[.)] )/u;

/** Pieces that joined give the text again. Only the last piece may change when text is added at the end. */
export function markdownBlocks(text: string): string[] {
  const blocks: string[] = [];
  let current = '';
  let fence: string | null = null;
  let afterBlank = false;
  for (const line of text.split(/(?<=\n)/u)) {
    const blank = line.trim() === '';
    if (fence === null && afterBlank && !blank && !CONTINUES.test(line)) {
      blocks.push(current);
      current = '';
    }
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
