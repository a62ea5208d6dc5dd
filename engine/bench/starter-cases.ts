// What the starter model is asked about the pages of its benchmark, and what a right answer holds. Drawn from a seed.

import { Draw, FEWEST_TOKENS, MOST_TOKENS, turnOf } from './starter-draw.ts';
import type { CaseSource, Drawn, StarterCase, StarterGroup } from './starter-draw.ts';
import { edited, EDITS } from './starter-edits.ts';
import { drawSection, factsOf, LEAST_FACTS_OF_A_KIND, renderPage } from './starter-make.ts';
import type { StarterFact, StarterPage } from './starter-make.ts';
import { ABOUT_PEOPLE, STARTER_KINDS, STARTER_SYSTEM_TEXTS, THROUGH } from './starter-world.ts';
import { qualityCase } from './workloads.ts';
import { fill } from './workloads-make.ts';

type Maker = (draw: Draw) => Drawn[];

/** Cases of one group of rows, `count` of each name; the same ones for the same source. */
export function casesOf(group: Exclude<StarterGroup, 'library'>, count: number, source: CaseSource): StarterCase[] {
  const makers = MAKERS[group](source.longest);
  const groupAt = Object.keys(MAKERS).indexOf(group);
  return makers.flatMap((maker, makerAt) =>
    Array.from({ length: count }, (_, index) => {
      const prefix = `${group}-${makerAt}-${index}`;
      const drawn = maker(new Draw(source, groupAt * 700_001 + makerAt * 50_021 + index));
      return drawn.map(({ system = null, documents, turns, baseAt }, at): StarterCase => {
        const baseId = baseAt === undefined ? null : `${prefix}-${baseAt}`;
        return { id: `${prefix}-${at}`, group, system, documents, turns, baseId };
      });
    }).flat(),
  );
}

const MAKERS: Record<Exclude<StarterGroup, 'library'>, (longest: number) => Maker[]> = {
  length: (longest) => {
    const lengths = [128, 256, 512, 1024].filter((tokens) => tokens < longest);
    return [...lengths, null].map((tokens) => (draw) => ofLength(draw, tokens, longest));
  },
  familiar: () => [familiar],
  moved: () => [moved],
  edit: () =>
    Object.entries(EDITS).map(
      ([name, edit]) =>
        (draw: Draw) =>
          edited(draw, name, edit),
    ),
  wording: () => [inOtherWords],
  'two-hop': () => [twoHop],
  unanswerable: () => [unknownKey, unknownKind],
  chat: () => [chat],
};

function ofLength(draw: Draw, tokens: number | null, longest: number): Drawn[] {
  const page = draw.page(tokens ?? longest);
  const fact = anyFact(draw, page);
  const name = tokens === null ? `longest (${longest})` : String(tokens);
  return [{ documents: [renderPage(page)], turns: [draw.turn(name, fact, [page])] }];
}

/**
 * A page of the world of the ladder, which has the wordings and most of the names of training: what is lost from here
 * to the other rows is lost to new words.
 */
function familiar({ writer }: Draw): Drawn[] {
  const { probe, right, old, others, pattern } = qualityCase('moved', writer.below(1_000_000), 1);
  const asked = { right, old, others, pattern, key: null, isUnanswerable: false };
  const turn = { ...asked, name: 'trained wordings', kind: 'familiar', question: probe.questions[0]! };
  return [{ system: probe.system, documents: probe.documents, turns: [turn] }];
}

/** Of every kind as often as of any other, however many facts of it a page has. */
function anyFact({ writer }: Draw, page: StarterPage): StarterFact {
  return writer.pick(writer.pick(page.sections).facts);
}

function moved(draw: Draw): Drawn[] {
  const page = draw.page();
  const text = renderPage(page);
  const turn = draw.turn('where it was', anyFact(draw, page), [page]);
  const system = draw.writer.pick(STARTER_SYSTEM_TEXTS);
  const present = new Set(page.sections.map(({ kind }) => kind));
  const free = STARTER_KINDS.filter((kind) => !present.has(kind));
  // A page of the same kinds could hold another answer.
  const sections = free.slice(0, 3).map((kind) => drawSection(draw.writer, kind, 2 * LEAST_FACTS_OF_A_KIND));
  const before = renderPage({ title: 'Another page', sections });
  return [
    { documents: [text], turns: [turn] },
    { system, documents: [text], turns: [{ ...turn, name: 'behind another system text' }], baseAt: 0 },
    { documents: [before, text], turns: [{ ...turn, name: 'behind another document' }], baseAt: 0 },
  ];
}

function inOtherWords(draw: Draw): Drawn[] {
  const page = draw.page();
  const fact = anyFact(draw, page);
  const documents = [renderPage(page)];
  const [one, other] = draw.writer.shuffled(fact.kind.asks).map((words) => fill(words, fact));
  const turn = { fact, pages: [page], old: null };
  return [
    { documents, turns: [turnOf({ ...turn, name: 'first wording', question: one! })] },
    { documents, turns: [turnOf({ ...turn, name: 'another wording', question: other! })], baseAt: 0 },
  ];
}

/** Who does it is one fact, and what is asked about that person another one. */
function twoHop(draw: Draw): Drawn[] {
  const { writer } = draw;
  const kindOf = (name: string) => STARTER_KINDS.find((kind) => kind.name === name)!;
  const through = writer.pick(['chore', 'duty'] as const);
  const second = drawSection(writer, kindOf(writer.pick(ABOUT_PEOPLE)), 5);
  const people = writer.shuffled(second.facts.map(({ key }) => key));
  const first = drawSection(writer, kindOf(through), people.length);
  const facts = first.facts.map((fact, at) => ({ ...fact, value: people[at]! }));
  const free = STARTER_KINDS.filter(({ name }) => !ABOUT_PEOPLE.includes(name) && !(name in THROUGH));
  const third = drawSection(writer, writer.pick(free), 5);
  const sections = writer.shuffled([{ ...first, facts }, second, third]);
  const page: StarterPage = { title: 'Pinboard', sections };
  const bridge = writer.pick(facts);
  const fact = second.facts.find(({ key }) => key === bridge.value)!;
  const key = fill(writer.pick(THROUGH[through]), { key: bridge.key });
  const question = fill(writer.pick(fact.kind.asks), { key });
  const turn = turnOf({ name: `${through} and its person`, fact, pages: [page], old: null, question });
  return [{ documents: [renderPage(page)], turns: [turn] }];
}

/** Rivals are there, the one that is asked for is not. */
function unknownKey(draw: Draw): Drawn[] {
  for (;;) {
    const page = draw.page();
    const { kind, facts } = draw.writer.pick(page.sections);
    const free = kind.keys.filter((key) => !facts.some((fact) => fact.key === key));
    if (free.length === 0) continue;
    return [unanswerable(draw, { name: 'unknown key', page, kind, key: draw.writer.pick(free) })];
  }
}

/** Nothing of the kind is there. */
function unknownKind(draw: Draw): Drawn[] {
  const page = draw.page(draw.writer.between(FEWEST_TOKENS, MOST_TOKENS / 2));
  const present = new Set(page.sections.map(({ kind }) => kind));
  const kind = draw.writer.pick(STARTER_KINDS.filter((each) => !present.has(each)));
  return [unanswerable(draw, { name: 'unknown kind', page, kind, key: draw.writer.pick(kind.keys) })];
}

function unanswerable(
  { writer }: Draw,
  { name, page, kind, key }: { name: string; page: StarterPage; kind: StarterFact['kind']; key: string },
): Drawn {
  const others = [...new Set(factsOf(page).flatMap((fact) => (fact.kind === kind ? [fact.value] : [])))];
  const asked = { right: '', old: null, others, pattern: kind.pattern, key: null, isUnanswerable: true };
  const question = fill(writer.pick(kind.asks), { key });
  return { documents: [renderPage(page)], turns: [{ ...asked, name, kind: kind.name, question }] };
}

/** A question and two follow-ups that name little more than the next key. */
function chat(draw: Draw): Drawn[] {
  const page = draw.page();
  const facts = draw.writer.shuffled(draw.writer.pick(page.sections).facts).slice(0, 3);
  const turns = facts.map((fact, at) => {
    const question = fill(at === 0 ? draw.writer.pick(fact.kind.asks) : fact.kind.short, fact);
    return turnOf({ name: `turn ${at + 1}`, fact, pages: [page], old: null, question });
  });
  return [{ documents: [renderPage(page)], turns }];
}
