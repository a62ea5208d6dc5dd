// Reads the lists that the starter model's training draws from, to tell what of a benchmark it has seen. For tests alone:
// the lists lie in a checkout and not in an installed app.

import { readdirSync, readFileSync } from 'node:fs';
import { projectFile } from './project.ts';

export interface TrainingLists {
  /** Normalised statements and questions, every alternative of a line by itself. */
  wordings: ReadonlySet<string>;
  /** The same of what training holds out for its own tests. */
  heldOut: ReadonlySet<string>;
  /** All words of names, things and values, in lower case. */
  words: ReadonlySet<string>;
}

const TRAIN = ['resources', 'models', 'starter', 'train'];
/** Longer products of alternatives do not occur in statements that a person would write. */
const MOST_ALTERNATIVES = 400;

export function readTrainingLists(): TrainingLists {
  const read = (name: string) => readFileSync(projectFile(...TRAIN, name), 'utf8');
  const frames = quoted(read('world.py')).filter((text) => text.includes('{q}'));
  const generals = quoted(read('world.py')).map((text) => text.replace(/\bK\b/, '{k}').replace(/\bV\b/, '{v}'));
  const wordings = new Set(generals.map(normalised));
  const heldOut = new Set<string>();
  for (const name of readdirSync(projectFile(...TRAIN, 'wordings'))) {
    let into = wordings;
    for (const line of read(`wordings/${name}`).split('\n')) {
      if (line === 'held') into = heldOut;
      else if (/^(?:facts$|bodies$|changes$|question )/.test(line)) into = wordings;
      else addLine(into, line, frames);
    }
  }
  const lists = quoted(`${read('vocabulary.py')}\n${read('names.py')}`).concat(read('words.txt').split(/\s+/));
  const words = lists.flatMap((text) => text.toLowerCase().split(/[^\p{L}]+/u));
  return { wordings, heldOut, words: new Set(words) };
}

function addLine(into: Set<string>, line: string, frames: readonly string[]): void {
  for (const text of alternatives(line.replace(/^[~=]/, ''))) {
    into.add(normalised(text));
    if (/^[~=]|\?$/.test(line)) for (const frame of frames) into.add(normalised(frame.replace('{q}', text)));
  }
}

/** Every choice of `[a/b]`. */
function alternatives(line: string): string[] {
  let texts = [line];
  for (;;) {
    const next = texts.flatMap((text) => {
      const found = /\[([^\]]*)\]/.exec(text);
      return found === null ? [text] : found[1]!.split('/').map((choice) => text.replace(found[0], choice));
    });
    if (next.length === texts.length && next.every((text, at) => text === texts[at])) return texts;
    texts = next.slice(0, MOST_ALTERNATIVES);
  }
}

/** The texts between double quotes, cut at every bar. Those of wordings never hold a quote. */
function quoted(source: string): string[] {
  return [...source.matchAll(/"([^"\n]*)"/g)].flatMap(([, text]) => text!.split('|'));
}

/** Without case, signs and articles before a key, and with every value under one name. */
export function normalised(wording: string): string {
  return wording
    .replaceAll(/\{(?!k\})\w+\}/g, '{v}')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}{} ]+/gu, ' ')
    .replaceAll(/\b(?:the|a|an|our) (?=\{k\})/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
