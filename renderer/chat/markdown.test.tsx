// Marked words in an answer that is Markdown: at the right place, whatever they are part of.

import { Tooltip } from 'radix-ui';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Markdown } from './markdown.tsx';

/** The page of a text in which [now|before] stands for a change. */
function page(marked: string): string {
  const changes: { start: number; end: number; removed: string }[] = [];
  const text = marked.replaceAll(/\[([^|\]]+)\|([^\]]*)\]/gu, (all, now: string, removed: string, at: number) => {
    const start = at - changes.reduce((sum, change) => sum + change.removed.length + 3, 0);
    changes.push({ start, end: start + now.length, removed });
    return all.slice(1, 1 + now.length);
  });
  return renderToStaticMarkup(
    <Tooltip.Provider>
      <Markdown text={text} changes={changes} />
    </Tooltip.Provider>,
  );
}

/** The marked pieces, and whether each tells what stood there. */
const marks = (marked: string) =>
  [...page(marked).matchAll(/<mark([^>]*)>(.*?)<\/mark>/gu)].map(([, attributes, text]) => [
    text,
    attributes?.includes('tabindex="0"'),
  ]);

describe('marked words', () => {
  it('are marked inside a line, in bold, in lists, tables and later paragraphs', () => {
    expect(marks('Take [50|5] mg.')).toEqual([['50', true]]);
    expect(page('Take **[50 mg|5 mg]** now.')).toMatch(/<strong><mark[^>]*>50 mg<\/mark><\/strong>/u);
    expect(marks('One.\n\nTwo.\n\n- three\n- [four|five]')).toEqual([['four', true]]);
    expect(marks('| a | b |\n|---|---|\n| 1 | [2|3] |')).toEqual([['2', true]]);
  });

  it('are marked in code as well', () => {
    expect(marks('Run `[ls|rm]` now.')).toEqual([['ls', true]]);
    expect(marks('```sh\nls [-l|-a]\n```')).toEqual([['-l', true]]);
  });

  it('that reach over several pieces tell what stood there once', () => {
    expect(marks('Take [**two** a day.\n\nThen rest.|three.]')).toEqual([
      ['two', true],
      [' a day.', false],
      ['Then rest.', false],
    ]);
  });

  it('that are not written as they read are marked as a whole', () => {
    expect(page('Salt [&amp; pepper|and pepper]')).toContain('&amp; pepper</mark>');
  });

  it('that replaced nothing have nothing to tell', () => {
    expect(marks('Yes[, always|].')).toEqual([[', always', false]]);
  });

  it('are none where nothing was corrected', () => {
    expect(page('Take 50 mg.')).not.toContain('mark');
  });
});
