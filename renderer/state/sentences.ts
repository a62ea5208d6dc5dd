// Cuts a streaming answer into whole sentences for the screen reader: never half a word, never the marks of Markdown.

/** The number of a list item ("2. ") ends no sentence. */
const SENTENCE_END = /(?<!(?:^|\n)\s*\d{1,9})[.!?…]["'”’)\]]*\s+|\n+/gu;
const FENCE = '```';

/** Text goes in as it comes; sentences come out once they are whole. Code is announced as such and not read out. */
export class SentenceCutter {
  #waiting = '';
  #inCode = false;

  push(text: string): string[] {
    this.#waiting += text;
    const sentences: string[] = [];
    let start = 0;
    for (const match of this.#waiting.matchAll(SENTENCE_END)) {
      const end = match.index + match[0].length;
      // The last mark may still grow ("3." → "3.5", "..." → "...."), so it waits for what follows.
      if (end === this.#waiting.length && !match[0].includes('\n')) break;
      this.#take(this.#waiting.slice(start, end), sentences);
      start = end;
    }
    this.#waiting = this.#waiting.slice(start);
    return sentences;
  }

  end(): string[] {
    const sentences: string[] = [];
    this.#take(this.#waiting, sentences);
    this.#waiting = '';
    return sentences;
  }

  #take(piece: string, sentences: string[]): void {
    if (piece.trimStart().startsWith(FENCE)) {
      this.#inCode = !this.#inCode;
      if (this.#inCode) sentences.push('Code.');
      return;
    }
    const plain = this.#inCode ? '' : plainText(piece);
    if (plain !== '') sentences.push(plain);
  }
}

function plainText(markdown: string): string {
  return markdown
    .replace(/^\s*\|?[\s:|-]+\|[\s:|-]*$/u, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/gu, '$1')
    .replace(/^\s*(?:#{1,6}|>|[-*+](?=\s))\s*/u, '')
    .replace(/[*_`~|]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/ (?=[.,;:!?])/gu, '')
    .trim();
}
