// The quality workloads: what was read before (donors), what is asked now (the probe), and what a right and a wrong
// answer hold. Drawn from a seed; nothing here looks at a cache or a model.

import { BUILT_IN_SYSTEM_TEXT } from '../text/model-text.ts';
import { factsOf, fill, render, withFacts, Writer } from './workloads-make.ts';
import type { Fact, Page } from './workloads-make.ts';
import { FILLERS, SYSTEM_TEXTS } from './workloads-world.ts';

export interface BenchChat {
  system: string;
  documents: string[];
  /** The last one is open; the others were asked before and answered, as the model itself answers them. */
  questions: string[];
}

/** What an answer is measured by. */
export interface AskedFact {
  right: string;
  /** What the donor's text had in its place; null: the same, or nothing. */
  old: string | null;
  /** Values of the same kind in any of the texts. */
  others: string[];
  /** Finds values of the kind that stand in no text at all; null: they cannot be told from words. */
  pattern: RegExp | null;
}

export interface QualityCase extends AskedFact {
  id: string;
  workload: WorkloadName;
  /** Each was answered and its rows are exact. */
  donors: BenchChat[];
  /** A document that was read behind nothing but the built-in text. */
  compiled: string[];
  probe: BenchChat;
}

type Drawn = Omit<QualityCase, 'id' | 'workload'>;

const FEWEST_FACTS = 9;
const MOST_FACTS = 80;
/** Text that is only similar is looked for in long prompts alone. */
const FEWEST_SIMILAR_FACTS = 64;

const MAKERS = {
  moved,
  'moved-compiled': movedBehindNeutral,
  swapped,
  inserted,
  'number-changed': numberChanged,
  'name-changed': nameChanged,
  negated,
  paraphrased,
  'follow-up': followUp,
  'similar-same': (writer: Writer) => similar(writer, false),
  'similar-other': (writer: Writer) => similar(writer, true),
} satisfies Record<string, (writer: Writer) => Drawn>;

export type WorkloadName = keyof typeof MAKERS;

export const WORKLOADS = Object.keys(MAKERS) as WorkloadName[];

/** Case number `index` of a workload; the same one for the same seed. */
export function qualityCase(workload: WorkloadName, index: number, seed: number): QualityCase {
  const at = WORKLOADS.indexOf(workload);
  const writer = new Writer(seed * 1_000_003 + at * 50_021 + index);
  // The first numbers of seeds that follow one another are alike.
  for (let skipped = 0; skipped < 8; skipped++) writer.random();
  return { ...MAKERS[workload](writer), id: `${workload}-${index}`, workload };
}

function newPage(writer: Writer, most = MOST_FACTS): Page {
  return writer.page(writer.between(FEWEST_FACTS, most));
}

function askAbout(writer: Writer, fact: Fact): string {
  return fill(writer.pick(fact.kind.asks), fact);
}

/** Values of the fact's kind in the pages, its own left out. */
function askedFact(fact: Fact, old: string | null, pages: readonly Page[]): AskedFact {
  const values = pages.flatMap(factsOf).flatMap(({ kind, value }) => (kind === fact.kind ? [value] : []));
  const others = [...new Set(values)].filter((value) => value !== fact.value && value !== old);
  return { right: fact.value, old, others, pattern: fact.kind.pattern };
}

function twoSystems(writer: Writer): [string, string] {
  const [one, other] = writer.shuffled(SYSTEM_TEXTS);
  return [one!, other!];
}

function moved(writer: Writer): Drawn {
  const page = newPage(writer);
  const documents = [render(page)];
  const [before, now] = twoSystems(writer);
  const [asked, other] = writer.shuffled(factsOf(page));
  return {
    donors: [{ system: before, documents, questions: [askAbout(writer, other!)] }],
    compiled: [],
    probe: { system: now, documents, questions: [askAbout(writer, asked!)] },
    ...askedFact(asked!, null, [page]),
  };
}

function movedBehindNeutral(writer: Writer): Drawn {
  const drawn = moved(writer);
  const { system } = drawn.probe;
  const probe = { ...drawn.probe, system: system === BUILT_IN_SYSTEM_TEXT ? SYSTEM_TEXTS.at(-1)! : system };
  return { ...drawn, donors: [], compiled: drawn.probe.documents, probe };
}

function swapped(writer: Writer): Drawn {
  const pages = [newPage(writer, MOST_FACTS / 2), newPage(writer, MOST_FACTS / 2)];
  const documents = pages.map(render);
  const system = writer.pick(SYSTEM_TEXTS);
  // A kind that stands in both documents would have two answers.
  const facts = writer.shuffled(pages.flatMap(factsOf)).filter(({ kind, key }) => keysOf(pages, kind.name, key) === 1);
  const [asked, other] = facts;
  return {
    donors: [{ system, documents, questions: [askAbout(writer, other ?? asked!)] }],
    compiled: [],
    probe: { system, documents: documents.toReversed(), questions: [askAbout(writer, asked!)] },
    ...askedFact(asked!, null, pages),
  };
}

function keysOf(pages: readonly Page[], kind: string, key: string): number {
  return pages.flatMap(factsOf).filter((fact) => fact.kind.name === kind && fact.key === key).length;
}

interface Edit {
  before: Page;
  now: Page;
  asked: Fact;
  old: string | null;
}

function edited(writer: Writer, { before, now, asked, old }: Edit): Drawn {
  const system = writer.pick(SYSTEM_TEXTS);
  // The one who asked before may well have asked the same.
  const other = writer.pick(factsOf(before));
  return {
    donors: [{ system, documents: [render(before)], questions: [askAbout(writer, other)] }],
    compiled: [],
    probe: { system, documents: [render(now)], questions: [askAbout(writer, asked)] },
    ...askedFact(asked, old, [before, now]),
  };
}

/** A sentence that says nothing of interest, in the first two thirds; what is asked stands behind it, or just before. */
function inserted(writer: Writer): Drawn {
  const before = newPage(writer);
  const places = before.sections.flatMap(({ facts }, section) => facts.map((_, fact) => ({ section, fact })));
  const at = writer.below(Math.ceil((places.length * 2) / 3));
  const place = places[at]!;
  const sections = before.sections.map((section, index) => {
    if (index !== place.section) return section;
    const fillers = new Map(section.fillers).set(place.fact, `${writer.pick(FILLERS)} This line is new.`);
    return { ...section, fillers };
  });
  const asked = writer.pick(factsOf(before).slice(Math.max(0, at - 1)));
  return edited(writer, { before, now: { ...before, sections }, asked, old: null });
}

function numberChanged(writer: Writer): Drawn {
  const before = pageWith(writer, ({ pattern }) => pattern !== null);
  const victim = writer.pick(factsOf(before).filter(({ kind }) => kind.pattern !== null));
  const asked = { ...victim, value: writer.value(victim.kind, valuesOf(before, victim)) };
  const now = withFacts(before, (fact) => (fact === victim ? asked : fact));
  return edited(writer, { before, now, asked, old: victim.value });
}

/** Two facts of a kind exchange their keys: what belonged to one belongs to the other now. */
function nameChanged(writer: Writer): Drawn {
  const before = newPage(writer);
  const one = writer.pick(factsOf(before));
  const other = writer.pick(factsOf(before).filter((fact) => fact.kind === one.kind && fact !== one));
  const asked = { ...other, key: one.key };
  const now = withFacts(before, (fact) => {
    if (fact === one) return { ...one, key: other.key };
    return fact === other ? asked : fact;
  });
  return edited(writer, { before, now, asked, old: one.value });
}

function negated(writer: Writer): Drawn {
  const before = newPage(writer);
  const victim = writer.pick(factsOf(before));
  const { kind, key, value } = victim;
  const fresh = kind.deniedAnswer ?? writer.value(kind, valuesOf(before, victim));
  const asked = { ...victim, value: fresh, line: fill(kind.denied, { key, value, fresh }) };
  const now = withFacts(before, (fact) => (fact === victim ? asked : fact));
  return edited(writer, { before, now, asked, old: value });
}

function pageWith(writer: Writer, accept: (kind: Fact['kind']) => boolean): Page {
  for (;;) {
    const page = newPage(writer);
    if (factsOf(page).some(({ kind }) => accept(kind))) return page;
  }
}

function valuesOf(page: Page, { kind }: Fact): Set<string> {
  return new Set(factsOf(page).flatMap((fact) => (fact.kind === kind ? [fact.value] : [])));
}

/** The same document behind the same text; the same question was asked in other words. */
function paraphrased(writer: Writer): Drawn {
  const page = newPage(writer);
  const chat = { system: writer.pick(SYSTEM_TEXTS), documents: [render(page)] };
  const asked = writer.pick(factsOf(page));
  const [first, second] = writer.shuffled(asked.kind.asks).map((words) => fill(words, asked));
  return {
    donors: [{ ...chat, questions: [first!] }],
    compiled: [],
    probe: { ...chat, questions: [second!] },
    ...askedFact(asked, null, [page]),
  };
}

/** A chat goes on behind an answer. */
function followUp(writer: Writer): Drawn {
  const page = newPage(writer);
  const chat = { system: writer.pick(SYSTEM_TEXTS), documents: [render(page)] };
  const asked = writer.pick(factsOf(page));
  const other = writer.pick(factsOf(page).filter((fact) => fact.kind === asked.kind && fact !== asked));
  const question = askAbout(writer, other);
  const next = writer.random() < 0.5 ? fill(asked.kind.short, asked) : askAbout(writer, asked);
  return {
    donors: [{ ...chat, questions: [question] }],
    compiled: [],
    probe: { ...chat, questions: [question, next] },
    ...askedFact(asked, null, [page]),
  };
}

/** Another edition: most sections in other words. `trap`: with other values as well. */
function similar(writer: Writer, trap: boolean): Drawn {
  const before = writer.page(writer.between(FEWEST_SIMILAR_FACTS, MOST_FACTS));
  const shifts = new Map(before.sections.map(({ heading }) => [heading, writer.below(4)]));
  const taken = new Map<string, Set<string>>();
  const now = withFacts(before, (fact) => {
    const { kind } = fact;
    const wording = (fact.wording + shifts.get(kind.heading)!) % kind.says.length;
    if (!trap || writer.random() < 0.3) return { ...fact, wording };
    const values = taken.get(kind.name) ?? valuesOf(before, fact);
    const value = valueOr(writer, fact, values);
    taken.set(kind.name, values.add(value));
    return { ...fact, wording, value };
  });
  const [then, asked] = writer.pick(factsOf(before).map((fact, at) => [fact, factsOf(now)[at]!] as const));
  const [one, other] = twoSystems(writer);
  return {
    donors: [{ system: one, documents: [render(before)], questions: [askAbout(writer, writer.pick(factsOf(before)))] }],
    compiled: [],
    probe: { system: other, documents: [render(now)], questions: [askAbout(writer, asked)] },
    ...askedFact(asked, then.value === asked.value ? null : then.value, [before, now]),
  };
}

/** A new value, or, where a kind has no more, that of a rival. */
function valueOr(writer: Writer, { kind, value }: Fact, others: ReadonlySet<string>): string {
  const open = kind.values.some((each) => each.includes('#')) || kind.values.some((each) => !others.has(each));
  return open ? writer.value(kind, others) : writer.pick(kind.values.filter((each) => each !== value));
}
