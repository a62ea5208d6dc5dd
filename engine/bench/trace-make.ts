// Draws our own traces from their words: `node engine/bench/trace-make.ts` writes them into engine/bench/traces, the
// same ones each time. Shares of kinds and times are fixed before anything is replayed, and nothing looks at a cache.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { seededRandom } from '../sample/random.ts';
import { WORLDS } from './trace-world.ts';
import type { FactWords, PageWords, TurnKind, World } from './trace-world.ts';

const TURNS = 50;
const SEED = 11;
/** Share of turns that come a few seconds after the one before: somebody else asks at the same time. */
const AT_ONCE = 0.12;

interface Document {
  id: string;
  title: string;
  scope: 'private' | 'library';
  text: string;
  replaces?: string;
}

interface Turn {
  turn: number;
  atSeconds: number;
  profile: string;
  chat: string;
  scope: 'private' | 'library';
  system: string;
  documents: string[];
  message: string;
  kind: TurnKind;
}

interface Chat extends Pick<Turn, 'profile' | 'chat' | 'scope' | 'system' | 'documents'> {
  turns: number;
  /** What may still be asked here. */
  questions: string[];
}

export interface MadeTrace {
  documents: Document[];
  turns: Turn[];
}

export function makeTrace(world: World, turns = TURNS, seed = SEED): MadeTrace {
  return new TraceMaker(world, seed).make(turns);
}

/** The pages of a world with other values for each seed, and what may be asked about them. */
export function makePages(world: World, seed: number): { text: string; questions: string[] }[] {
  return new TraceMaker(world, seed).pages();
}

class TraceMaker {
  readonly #world: World;
  readonly #random: () => number;
  readonly #documents: Document[] = [];
  readonly #questions = new Map<string, string[]>();
  /** The newest version of each page. */
  #pages: Document[] = [];
  readonly #chats: Chat[] = [];
  readonly #turns: Turn[] = [];
  #clock = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#random = seededRandom(seed);
  }

  make(turns: number): MadeTrace {
    this.#pages = this.#world.pages.map((page) => this.#page(page));
    while (this.#turns.length < turns) this.#act(this.#drawKind(), this.#pick(this.#world.people), turns);
    return { documents: this.#documents, turns: this.#turns };
  }

  pages(): { text: string; questions: string[] }[] {
    return this.#world.pages.map((page) => {
      const { id, text } = this.#page(page);
      return { text, questions: this.#shuffled(this.#questions.get(id) ?? []) };
    });
  }

  #act(kind: TurnKind, person: string, turns: number): void {
    const ask = (chat: Chat) =>
      this.#add(chat, kind, chat.questions.shift() ?? 'Thank you. What else is there?', turns);
    if (kind === 'library-question') return ask(this.#about(person, [this.#favourite()]));
    if (kind === 'two-documents') return ask(this.#about(person, this.#shuffled(this.#pages).slice(0, 2)));
    if (kind === 'edited-document') return ask(this.#about(person, [this.#edit(this.#favourite())]));
    if (kind === 'follow-up') {
      const open = this.#chats.findLast(
        (chat) => chat.profile === person && chat.documents.length > 0 && chat.turns < 5,
      );
      return open === undefined ? undefined : ask(open);
    }
    if (kind === 'private-text') return ask(this.#privateText(person));
    if (kind === 'similar-question') {
      return ask(this.#open(person, 'private', [], [this.#pick(this.#pick(this.#world.similar))]));
    }
    const talk = this.#open(person, 'private', [], [...this.#pick(this.#world.smallTalk)]);
    for (let line = talk.questions.length; line > 0 && this.#turns.length < turns; line--) ask(talk);
  }

  #add(chat: Chat, kind: TurnKind, message: string, turns: number): void {
    const pause = (this.#world.days * 86_400) / turns;
    this.#clock +=
      this.#random() < AT_ONCE ? 2 + Math.floor(this.#random() * 7) : Math.ceil(-Math.log(1 - this.#random()) * pause);
    const { questions: _, turns: __, ...of } = chat;
    this.#turns.push({ turn: this.#turns.length, atSeconds: this.#clock, ...of, message, kind });
    chat.turns++;
  }

  #open(profile: string, scope: Chat['scope'], documents: Document[], questions: string[]): Chat {
    const { systems } = this.#world;
    const system = this.#random() < 0.8 ? systems[0]! : this.#pick(systems);
    const ids = documents.map(({ id }) => id);
    const chat: Chat = {
      profile,
      chat: `${profile}-${this.#chats.length}`,
      scope,
      system,
      documents: ids,
      questions,
      turns: 0,
    };
    this.#chats.push(chat);
    return chat;
  }

  #about(person: string, documents: Document[]): Chat {
    const questions = documents.flatMap(({ id, replaces }) => this.#questions.get(replaces ?? id) ?? []);
    return this.#open(person, 'library', documents, this.#shuffled(questions));
  }

  #privateText(person: string): Chat {
    const { title, sentences, asks } = this.#pick(this.#world.privateTexts);
    const text = sentences
      .map((sentence) => sentence.replace(/\{([^}]*)\}/g, (_, words: string) => this.#pick(words.split('|'))))
      .join(' ');
    const document: Document = { id: `private-${this.#turns.length}`, title, scope: 'private', text };
    this.#documents.push(document);
    return this.#open(person, 'private', [document], this.#shuffled(asks));
  }

  #page({ id, title, opening, closing, facts }: PageWords): Document {
    const questions: string[] = [];
    const parts = facts.map((fact) => this.#facts(fact, questions));
    const document: Document = { id, title, scope: 'library', text: [title, opening, ...parts, closing].join('\n\n') };
    this.#documents.push(document);
    this.#questions.set(id, questions);
    return document;
  }

  #facts({ says, asks, keys, values }: FactWords, questions: string[]): string {
    const lines = this.#shuffled(keys).map((key) => {
      questions.push(this.#pick(asks).replace('{k}', key));
      const value = typeof values === 'number' ? this.#number(values) : this.#pick(values);
      const line = says.replace('{k}', key).replace('{v}', value);
      return `- ${line[0]!.toUpperCase()}${line.slice(1)}`;
    });
    return lines.join('\n');
  }

  /** One number changed, or one sentence inserted: the kind of edit that makes stale reuse wrong. */
  #edit(page: Document): Document {
    const root = page.replaces ?? page.id;
    const version = this.#documents.filter((each) => each.replaces === root).length + 2;
    const numbers = [...page.text.matchAll(/\b\d{2,5}\b/g)];
    const number = numbers.length > 0 && this.#random() < 0.6 ? this.#pick(numbers) : null;
    const at = number?.index ?? page.text.indexOf('\n- ', Math.floor(page.text.length * 0.4));
    const added =
      number === null
        ? `\n- This page was looked through again for version ${version}.`
        : this.#number(number[0].length);
    const text = page.text.slice(0, at) + added + page.text.slice(at + (number?.[0].length ?? 0));
    const edited: Document = { ...page, id: `${root}-v${version}`, text, replaces: root };
    this.#documents.push(edited);
    this.#pages = this.#pages.map((each) => (each === page ? edited : each));
    return edited;
  }

  /** Some pages are read more than others. */
  #favourite(): Document {
    return this.#pages[Math.floor(this.#pages.length * this.#random() ** 2)]!;
  }

  #number(digits: number): string {
    return String(Math.floor((1 + 9 * this.#random()) * 10 ** (digits - 1)));
  }

  #drawKind(): TurnKind {
    let left = this.#random();
    const shares = Object.entries(this.#world.shares) as [TurnKind, number][];
    return shares.find(([, share]) => (left -= share) < 0)?.[0] ?? 'library-question';
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  #shuffled<T>(list: readonly T[]): T[] {
    const keyed = list.map((value) => [this.#random(), value] as const);
    return keyed.toSorted(([a], [b]) => a - b).map(([, value]) => value);
  }
}

/** The two files of a trace, by their endings. */
export function traceFiles({ documents, turns }: MadeTrace): Record<'documents' | 'turns', string> {
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  return { documents: lines(documents), turns: lines(turns) };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const world of WORLDS) {
    for (const [kind, text] of Object.entries(traceFiles(makeTrace(world)))) {
      writeFileSync(join(import.meta.dirname, 'traces', `${world.name}.${kind}.jsonl`), text);
    }
  }
}
