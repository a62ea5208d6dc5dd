// What scenario `papers` asks: the quality workloads in which text comes again in another place or changed, and
// documents of which more and more sentences are others, or gone.

import { factsOf, fill, render, Writer } from './workloads-make.ts';
import type { Fact, Page } from './workloads-make.ts';
import { SYSTEM_TEXTS } from './workloads-world.ts';
import { qualityCase } from './workloads.ts';
import type { QualityCase, WorkloadName } from './workloads.ts';

export interface PaperCase {
  /** What its answers are added up with. */
  group: string;
  of: QualityCase;
}

/** An entity, a number or a yes has changed, and nothing else. */
export const TWINS: readonly WorkloadName[] = ['number-changed', 'name-changed', 'negated'];
export const PAPER_WORKLOADS: readonly WorkloadName[] = ['moved', 'swapped', 'inserted', ...TWINS, 'similar-other'];

export const CHANGES = ['replaced', 'deleted'] as const;
export type Change = (typeof CHANGES)[number];
export const LEVELS: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export function paperCase(workload: WorkloadName, index: number, seed: number): PaperCase {
  return { group: workload, of: qualityCase(workload, index, seed) };
}

export function similarityGroup(change: Change, level: number): string {
  return level === 0 ? 'unchanged' : `${change}-${Math.round(100 * level)}`;
}

const FACTS = 48;

/**
 * A document was read; of its sentences the share `level` is another one now, or gone. The one that is asked for is
 * there in both. A higher level changes what a lower one changes and more.
 */
export function similarityCase(
  { change, level }: { change: Change; level: number },
  index: number,
  seed: number,
): PaperCase {
  const writer = new Writer(seed * 7_000_003 + index * 101);
  for (let skipped = 0; skipped < 8; skipped++) writer.random();
  const before = withoutFillers(writer.page(FACTS));
  const [asked, other, ...rest] = writer.shuffled(factsOf(before)) as [Fact, Fact, ...Fact[]];
  const foreign = writer
    .shuffled(factsOf(writer.page(2 * FACTS)))
    .filter(({ kind, key }) => kind.name !== asked.kind.name || key !== asked.key);
  const victims = [other, ...rest].slice(0, Math.round(level * (rest.length + 2)));
  const changed = new Map(
    victims.map((fact, at) => [fact, change === 'deleted' ? null : foreign[at % foreign.length]!]),
  );
  const now = withChanged(before, changed);
  const system = writer.pick(SYSTEM_TEXTS);
  const values = [before, now].flatMap(factsOf).filter(({ kind }) => kind === asked.kind);
  const id = `${similarityGroup(change, level)}-${index}`;
  const of: QualityCase = {
    id,
    workload: change === 'deleted' ? 'inserted' : 'similar-other',
    donors: [{ system, documents: [render(before)], questions: [ask(writer, other)] }],
    compiled: [],
    probe: { system, documents: [render(now)], questions: [ask(writer, asked)] },
    right: asked.value,
    old: null,
    others: [...new Set(values.map(({ value }) => value))].filter((value) => value !== asked.value),
    pattern: asked.kind.pattern,
  };
  return { group: similarityGroup(change, level), of };
}

function ask(writer: Writer, fact: Fact): string {
  return fill(writer.pick(fact.kind.asks), fact);
}

function withoutFillers(page: Page): Page {
  return { ...page, sections: page.sections.map((section) => ({ ...section, fillers: new Map() })) };
}

/** Facts exchanged for others, or left out (null); a section of which nothing is left goes as a whole. */
function withChanged(page: Page, changed: ReadonlyMap<Fact, Fact | null>): Page {
  const sections = page.sections.map((section) => ({
    ...section,
    facts: section.facts.flatMap((fact) => {
      const other = changed.get(fact);
      return other === null ? [] : [other ?? fact];
    }),
  }));
  return { ...page, sections: sections.filter(({ facts }) => facts.length > 0) };
}
