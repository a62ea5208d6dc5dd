// Draws documents of facts, with several rivals of every kind, and writes them down. The same seed gives the same text.
// What is asked of them, and what is changed in them, is decided in `workloads.ts`.

import { seededRandom } from '../sample/random.ts';
import { FACT_KINDS, FILLERS, TITLES } from './workloads-world.ts';
import type { FactKind } from './workloads-world.ts';

export interface Fact {
  kind: FactKind;
  key: string;
  value: string;
  /** Index of its statement in the kind's `says`. */
  wording: number;
  /** Stands in place of the statement. */
  line: string | null;
}

export interface Section {
  heading: string;
  style: 'list' | 'prose';
  facts: Fact[];
  /** Sentences by the index of the fact they stand before. */
  fillers: Map<number, string>;
}

export interface Page {
  title: string;
  sections: Section[];
}

const FACTS_OF_A_KIND = 7;
const FILLER_SHARE = 0.12;

export class Writer {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** A page of about `facts` facts; every kind in it has at least two. */
  page(facts: number): Page {
    const count = Math.min(FACT_KINDS.length, Math.max(2, Math.round(facts / FACTS_OF_A_KIND)));
    const each = Math.max(2, Math.round(facts / count));
    const sections = this.shuffled(FACT_KINDS)
      .slice(0, count)
      .map((kind) => this.#section(kind, each));
    return { title: this.pick(TITLES), sections };
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** Between both, where short ones are as many as long ones. */
  between(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.random());
  }

  shuffled<T>(list: readonly T[]): T[] {
    const keyed = list.map((value) => [this.random(), value] as const);
    return keyed.toSorted(([a], [b]) => a - b).map(([, value]) => value);
  }

  /** Another value of a kind than any of those. */
  value(kind: FactKind, others: ReadonlySet<string>): string {
    for (let tries = 0; tries < 200; tries++) {
      const value = this.pick(kind.values).replaceAll('#', () => String(1 + this.below(9)));
      if (!others.has(value)) return value;
    }
    throw new Error(`no further value of kind ${kind.name}`);
  }

  #section(kind: FactKind, count: number): Section {
    const taken = new Set<string>();
    const wording = this.below(kind.says.length);
    const facts = this.shuffled(kind.keys)
      .slice(0, count)
      .map((key): Fact => {
        const value = this.value(kind, taken);
        taken.add(value);
        return { kind, key, value, wording, line: null };
      });
    const fillers = new Map<number, string>();
    for (const at of facts.keys()) if (this.random() < FILLER_SHARE) fillers.set(at, this.pick(FILLERS));
    return { heading: kind.heading, style: this.random() < 0.7 ? 'list' : 'prose', facts, fillers };
  }
}

export function factsOf({ sections }: Page): Fact[] {
  return sections.flatMap((section) => section.facts);
}

/** All facts in their order, some of them changed. */
export function withFacts(page: Page, change: (fact: Fact) => Fact): Page {
  return { ...page, sections: page.sections.map((section) => ({ ...section, facts: section.facts.map(change) })) };
}

export function render({ title, sections }: Page): string {
  return [`# ${title}`, ...sections.map(renderSection)].join('\n\n');
}

function renderSection({ heading, style, facts, fillers }: Section): string {
  const sentences = facts.flatMap((fact, at) => {
    const filler = fillers.get(at);
    return filler === undefined ? [lineOf(fact)] : [filler, lineOf(fact)];
  });
  const body = style === 'list' ? sentences.map((line) => `- ${line}`).join('\n') : sentences.map(closed).join(' ');
  return `## ${heading}\n\n${body}`;
}

function lineOf({ kind, key, value, wording, line }: Fact): string {
  return capital(line ?? fill(kind.says[wording]!, { key, value }));
}

export function fill(
  words: string,
  { key, value = '', fresh = '' }: { key: string; value?: string; fresh?: string },
): string {
  return words.replaceAll('{k}', key).replaceAll('{v}', value).replaceAll('{n}', fresh);
}

function closed(line: string): string {
  return line.endsWith('.') ? line : `${line}.`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
