// Draws pages of the starter benchmark's world, of a wanted length and with several rivals of every kind, and writes them
// down as lists, prose and tables. What is asked about them is decided in `starter-cases.ts`.

import { fill, Writer } from './workloads-make.ts';
import { STARTER_FILLERS, STARTER_KINDS, STARTER_TITLES } from './starter-world.ts';
import type { StarterKind } from './starter-world.ts';

export interface StarterFact {
  kind: StarterKind;
  key: string;
  value: string;
  /** Index of its statement in the kind's `says`. */
  wording: number;
  /** Stands in place of the statement. */
  line: string | null;
  /** A sentence that stands before it. */
  filler: string | null;
}

export interface StarterSection {
  kind: StarterKind;
  style: 'list' | 'prose' | 'table';
  facts: StarterFact[];
}

export interface StarterPage {
  title: string;
  sections: StarterSection[];
}

/** Tokens of a text, in those of the model that is asked. */
export type CountTokens = (text: string) => number;

/** Of each kind on a page, so that every fact that is asked for has rivals. */
export const LEAST_FACTS_OF_A_KIND = 3;
const FACTS_OF_A_KIND = 6;
const FILLER_SHARE = 0.2;
const TOKENS_OF_A_FACT = 18;
const MOST_DRAWS = 12;

/** A page of at most `tokens` tokens, and of at least five sixths of that where the world has so many facts. */
export function pageOfLength(writer: Writer, tokens: number, countTokens: CountTokens): StarterPage {
  let facts = tokens / TOKENS_OF_A_FACT;
  let best: StarterPage | null = null;
  let bestTokens = 0;
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const page = drawPage(writer, facts);
    const length = countTokens(renderPage(page));
    if (best === null || (length <= tokens ? length > bestTokens || bestTokens > tokens : length < bestTokens)) {
      best = page;
      bestTokens = length;
    }
    if (length <= tokens && length >= (tokens * 5) / 6) break;
    facts *= (0.93 * tokens) / length;
  }
  return best!;
}

function drawPage(writer: Writer, facts: number): StarterPage {
  const count = Math.min(STARTER_KINDS.length, Math.max(2, Math.round(facts / FACTS_OF_A_KIND)));
  const each = Math.max(LEAST_FACTS_OF_A_KIND, Math.round(facts / count));
  const kinds = writer.shuffled(STARTER_KINDS).slice(0, count);
  return { title: writer.pick(STARTER_TITLES), sections: kinds.map((kind) => drawSection(writer, kind, each)) };
}

export function drawSection(writer: Writer, kind: StarterKind, count: number): StarterSection {
  const chance = writer.random();
  const style = chance < 0.4 ? 'list' : chance < 0.8 ? 'prose' : 'table';
  const wording = writer.below(kind.says.length);
  const taken = new Set<string>();
  const keys = writer.shuffled(kind.keys).slice(0, count);
  const facts = keys.map((key): StarterFact => {
    // A kind whose values are few words names the same one twice on a long page.
    const value = writer.value(kind, taken.size < mostValues(kind) ? taken : new Set());
    taken.add(value);
    const own = style === 'prose' ? writer.below(kind.says.length) : wording;
    const filler = style !== 'table' && writer.random() < FILLER_SHARE ? writer.pick(STARTER_FILLERS) : null;
    return { kind, key, value, wording: own, line: null, filler };
  });
  return { kind, style, facts };
}

function mostValues({ values }: StarterKind): number {
  return values.some((value) => value.includes('#')) ? Infinity : values.length;
}

export function factsOf({ sections }: StarterPage): StarterFact[] {
  return sections.flatMap(({ facts }) => facts);
}

/** All facts in their order, some of them changed. */
export function withFacts(page: StarterPage, change: (fact: StarterFact) => StarterFact): StarterPage {
  return { ...page, sections: page.sections.map((section) => ({ ...section, facts: section.facts.map(change) })) };
}

export function renderPage({ title, sections }: StarterPage): string {
  return [`# ${title}`, ...sections.map(renderSection)].join('\n\n');
}

function renderSection({ kind, style, facts }: StarterSection): string {
  return `## ${kind.heading}\n\n${style === 'table' ? renderTable(kind, facts) : renderLines(style, facts)}`;
}

function renderLines(style: 'list' | 'prose', facts: readonly StarterFact[]): string {
  const sentences = facts.flatMap((fact) => (fact.filler === null ? [stated(fact)] : [fact.filler, stated(fact)]));
  return style === 'list' ? sentences.map((line) => `- ${line}`).join('\n') : sentences.join(' ');
}

function renderTable({ columns }: StarterKind, facts: readonly StarterFact[]): string {
  const rows = [columns, ['---', '---'], ...facts.map(({ key, value }) => [key, value])];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function stated({ kind, key, value, wording, line }: StarterFact): string {
  const text = line ?? fill(kind.says[wording]!, { key, value });
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
