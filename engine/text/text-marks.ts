// Where texts, paragraphs and lines begin in a prompt, from the texts of its tokens. Knows no chat and no template.

export interface TextMarks {
  /** Positions where another text begins: a document, what stands around it, a message. Ascending, 0 first. */
  sections: Int32Array;
  /** Positions where a section, a paragraph, a list item or a record begins: not where prose is only wrapped. Ascending. */
  breaks: Int32Array;
}

export interface TokenTexts {
  textOf: (id: number) => string;
  /** Whether the token belongs to the template of a chat, not to any text. */
  isSpecial: (id: number) => boolean;
}

/** What a token says about lines. */
interface TokenLines {
  isSpecial: boolean;
  isBlank: boolean;
  /** Line ends before the first visible character, or in all of a blank token. */
  before: number;
  /** Line ends after the last visible character. */
  after: number;
  /** Begins with a small letter: after a single line end, prose that was wrapped goes on. */
  isSmall: boolean;
}

export class TokenMarks {
  readonly #texts: TokenTexts;
  /** By token id, filled as tokens are met. */
  readonly #lines: TokenLines[] = [];

  constructor(texts: TokenTexts) {
    this.#texts = texts;
  }

  /** `starts`: where texts are known to begin. */
  of(tokens: Int32Array, starts: readonly number[]): TextMarks {
    const sections = new Set([0, ...starts.filter((start) => start < tokens.length)]);
    const breaks = new Set<number>();
    let lineEnds = 0;
    for (let at = 0; at < tokens.length; at++) {
      const line = this.#linesOf(tokens[at] ?? 0);
      if (line.isSpecial) sections.add(at);
      if (line.isBlank) {
        lineEnds += line.before;
        continue;
      }
      lineEnds += line.before;
      if (lineEnds > 1 || (lineEnds === 1 && !line.isSmall)) breaks.add(at);
      lineEnds = line.after;
    }
    for (const section of sections) breaks.add(section);
    return { sections: ascending(sections), breaks: ascending(breaks) };
  }

  #linesOf(id: number): TokenLines {
    const known = this.#lines[id];
    if (known) return known;
    const text = this.#texts.textOf(id);
    const visible = text.trim();
    const start = text.indexOf(visible);
    const isSpecial = this.#texts.isSpecial(id);
    const isBlank = visible === '' && !isSpecial;
    const lines = {
      isSpecial,
      isBlank,
      before: isSpecial ? 0 : lineEndsIn(isBlank ? text : text.slice(0, start)),
      after: isSpecial || isBlank ? 0 : lineEndsIn(text.slice(start + visible.length)),
      isSmall: /^\p{Ll}/u.test(visible),
    };
    this.#lines[id] = lines;
    return lines;
  }
}

function lineEndsIn(text: string): number {
  return text.split('\n').length - 1;
}

function ascending(positions: Set<number>): Int32Array {
  return Int32Array.from(positions).sort();
}
