// One case of benchmark `starter`: its form, and what every maker of cases needs: numbers of its own, a page, a question.

import { factsOf, pageOfLength } from './starter-make.ts';
import type { CountTokens, StarterFact, StarterPage } from './starter-make.ts';
import type { AskedFact } from './workloads.ts';
import { fill, Writer } from './workloads-make.ts';

/** What the rows are about; a row is one name of a group. */
export type StarterGroup =
  | 'length'
  | 'familiar'
  | 'moved'
  | 'edit'
  | 'wording'
  | 'two-hop'
  | 'unanswerable'
  | 'chat'
  | 'library';

export interface StarterTurn extends AskedFact {
  /** Of its row. */
  name: string;
  kind: string;
  question: string;
  /** What a whole answer names beside the value; null: nothing. */
  key: string | null;
  /** Whether the right answer is that the document does not say. */
  isUnanswerable: boolean;
}

export interface StarterCase {
  id: string;
  group: StarterGroup;
  /** Null: the built-in text. */
  system: string | null;
  documents: string[];
  /** Asked one after the other in one chat. */
  turns: StarterTurn[];
  /** The case that asks for the same fact before the change; it comes earlier. */
  baseId: string | null;
}

export interface CaseSource {
  seed: number;
  countTokens: CountTokens;
  /** Tokens of the longest page. */
  longest: number;
}

export type Drawn = Pick<StarterCase, 'documents' | 'turns'> & { system?: string; baseAt?: number };

export const FEWEST_TOKENS = 180;
export const MOST_TOKENS = 600;

/** One page and what is asked about it, drawn from numbers of its own. */
export class Draw {
  readonly writer: Writer;
  readonly #source: CaseSource;

  constructor(source: CaseSource, number: number) {
    this.#source = source;
    this.writer = new Writer(scattered(source.seed * 1_000_003 + number));
  }

  page(tokens = this.writer.between(FEWEST_TOKENS, MOST_TOKENS)): StarterPage {
    return pageOfLength(this.writer, Math.min(tokens, this.#source.longest), this.#source.countTokens);
  }

  /** A fact and its question in one of the wordings. */
  turn(name: string, fact: StarterFact, pages: readonly StarterPage[], old: string | null = null): StarterTurn {
    return turnOf({ name, fact, pages, old, question: fill(this.writer.pick(fact.kind.asks), fact) });
  }
}

export function turnOf(of: {
  name: string;
  fact: StarterFact;
  pages: readonly StarterPage[];
  old: string | null;
  question: string;
}): StarterTurn {
  const { name, fact, pages, old, question } = of;
  const values = pages.flatMap(factsOf).flatMap(({ kind, value }) => (kind === fact.kind ? [value] : []));
  const others = [...new Set(values)].filter((value) => value !== fact.value && value !== old);
  const { key, value: right, kind } = fact;
  return { name, kind: kind.name, question, key, right, old, others, pattern: kind.pattern, isUnanswerable: false };
}

/** Numbers that follow one another become seeds far apart: those of neighbours draw alike. */
function scattered(number: number): number {
  const mixed = Math.imul(number ^ (number >>> 15), 0x2c1b3c6d);
  return Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39) ^ (mixed >>> 15);
}
