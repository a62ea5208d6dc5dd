// The edits of benchmark `starter`: the same question before and after a page changed in one place.

import { turnOf } from './starter-draw.ts';
import type { Draw, Drawn } from './starter-draw.ts';
import { factsOf, renderPage, withFacts } from './starter-make.ts';
import type { StarterFact, StarterPage } from './starter-make.ts';
import { STARTER_FILLERS } from './starter-world.ts';
import { fill } from './workloads-make.ts';

/** By the name of its row. */
export const EDITS = { number: numberChanged, name: nameChanged, negation: negated, insertion: inserted } as const;

interface Edit {
  before: StarterPage;
  now: StarterPage;
  was: StarterFact;
  asked: StarterFact;
}

/** What was asked before, and what is asked now. */
export function edited(draw: Draw, name: string, edit: (draw: Draw) => Edit): Drawn[] {
  const { before, now, was, asked } = edit(draw);
  const first = draw.turn(`${name}: before`, was, [before]);
  const old = was.value === asked.value ? null : was.value;
  const second = turnOf({ name, fact: asked, pages: [before, now], old, question: first.question });
  return [
    { documents: [renderPage(before)], turns: [first] },
    { documents: [renderPage(now)], turns: [second], baseAt: 0 },
  ];
}

function pageWith(draw: Draw, accept: (fact: StarterFact, style: string) => boolean): [StarterPage, StarterFact] {
  for (;;) {
    const page = draw.page();
    const sections = page.sections.filter(({ facts, style }) => facts.some((fact) => accept(fact, style)));
    if (sections.length === 0) continue;
    const { facts, style } = draw.writer.pick(sections);
    return [page, draw.writer.pick(facts.filter((fact) => accept(fact, style)))];
  }
}

function replaced(page: StarterPage, was: StarterFact, asked: StarterFact): Edit {
  return { before: page, now: withFacts(page, (fact) => (fact === was ? asked : fact)), was, asked };
}

function numberChanged(draw: Draw): Edit {
  const [page, was] = pageWith(draw, ({ kind }) => kind.pattern !== null);
  return replaced(page, was, { ...was, value: freshValue(draw, page, was) });
}

/** Two facts of a kind exchange their keys. */
function nameChanged(draw: Draw): Edit {
  const [before, was] = pageWith(draw, () => true);
  const rivals = factsOf(before).filter(({ kind, value }) => kind === was.kind && value !== was.value);
  const other = draw.writer.pick(rivals);
  const asked = { ...other, key: was.key };
  const now = withFacts(before, (fact) => {
    if (fact === was) return { ...was, key: other.key };
    return fact === other ? asked : fact;
  });
  return { before, now, was, asked };
}

function negated(draw: Draw): Edit {
  const [page, was] = pageWith(draw, (_, style) => style !== 'table');
  const { kind, key, value } = was;
  const fresh = kind.deniedAnswer ?? freshValue(draw, page, was);
  return replaced(page, was, { ...was, value: fresh, line: fill(kind.denied, { key, value, fresh }) });
}

/** A sentence or two without a fact, before or just behind the one that is asked for. */
function inserted(draw: Draw): Edit {
  const [before, was] = pageWith(draw, (_, style) => style !== 'table');
  const section = before.sections.find(({ facts }) => facts.includes(was))!;
  const place = draw.writer.pick(section.facts.slice(0, section.facts.indexOf(was) + 2));
  const filler = `${draw.writer.pick(STARTER_FILLERS)} This remark was added yesterday.`;
  const now = withFacts(before, (fact) => (fact === place ? { ...fact, filler } : fact));
  return { before, now, was, asked: was };
}

function freshValue({ writer }: Draw, page: StarterPage, { kind, value }: StarterFact): string {
  const present = factsOf(page).flatMap((fact) => (fact.kind === kind ? [fact.value] : []));
  const isOpen = kind.values.some((each) => each.includes('#') || !present.includes(each));
  return writer.value(kind, isOpen ? new Set(present) : new Set([value]));
}
