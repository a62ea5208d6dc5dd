// The suggested questions of the sample documents and their right values, written down by hand from the documents.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { projectFile } from './project.ts';
import type { StarterCase, StarterTurn } from './starter-draw.ts';

const indexSchema = z.array(z.object({ file: z.string(), questions: z.array(z.string()) }));

interface SampleAnswer {
  right: string;
  /** Values of the same kind in the same document. */
  others: string[];
  pattern: RegExp | null;
}

const DEGREES = /\d+ degrees/g;
const MINUTES = /\d+ minutes/g;

/** By the file and the question; more than are suggested, so that what is suggested is not all that is measured. */
const ANSWERS: Readonly<Record<string, Readonly<Record<string, SampleAnswer>>>> = {
  'household-handbook.md': {
    'When does the glass bin go out?': { right: 'Friday', others: ['Monday', 'Wednesday', 'Thursday'], pattern: null },
    'Where is the first aid kit?': {
      right: 'hall cupboard',
      others: ['garage', 'cellar', 'desk drawer', 'blue bowl', 'under the stairs'],
      pattern: null,
    },
    'What is the code of the garage?': { right: '7136', others: ['4820', '2095'], pattern: /\d{3,6}/g },
  },
  'clinic-front-desk.md': {
    'When do you open on Tuesday?': {
      right: '8:15',
      others: ['9:30', '13:00', '10:00'],
      pattern: /\d{1,2}:\d{2}/g,
    },
    'What is the extension of the laboratory?': { right: '305', others: ['100', '214', '418'], pattern: /\d{2,4}/g },
    'What is the price of the flu shot?': { right: '$25', others: ['$18', '$40', '$12'], pattern: /\$\d+/g },
    'Who is on duty on Thursday?': { right: 'Silva', others: ['Malik', 'Weber', 'Okafor'], pattern: null },
  },
  'recipe-book.md': {
    'How many people does the lentil soup serve?': {
      right: '4',
      others: ['8', '3', '12'],
      pattern: /(?<!\d)\d+(?!\d)/g,
    },
    'How long does the lentil soup take?': {
      right: '40 minutes',
      others: ['45 minutes', '30 minutes', '25 minutes', '15 minutes', '12 minutes'],
      pattern: MINUTES,
    },
    'How hot is the oven for the apple cake?': { right: '180 degrees', others: [], pattern: DEGREES },
    'How much flour is in the pancakes?': {
      right: '200 g',
      others: ['220 g', '400 ml', '250 g', '120 g', '110 g', '180 g'],
      pattern: /\d+ (?:g|ml)/g,
    },
    'How long does the apple cake bake?': {
      right: '45 minutes',
      others: ['40 minutes', '30 minutes', '25 minutes', '15 minutes', '12 minutes'],
      pattern: MINUTES,
    },
  },
};

/** One case for each question, the suggested ones first; behind the built-in text, as a new user asks them. */
export function libraryCases(): StarterCase[] {
  const path = (name: string) => projectFile('resources', 'library', name);
  const index = indexSchema.parse(JSON.parse(readFileSync(path('index.json'), 'utf8')));
  const text = new Map(index.map(({ file }) => [file, readFileSync(path(file), 'utf8')]));
  const suggested = index.flatMap(({ file, questions }) =>
    questions.map((question) => ({ file, question, name: `suggested, ${file.replace(/\.md$/, '')}` })),
  );
  const known = new Set(suggested.map(({ question }) => question));
  const others = Object.entries(ANSWERS).flatMap(([file, answers]) =>
    Object.keys(answers).map((question) => ({ file, question, name: 'not suggested' })),
  );
  return [...suggested, ...others.filter(({ question }) => !known.has(question))].map((asked, at): StarterCase => {
    const documents = [text.get(asked.file) ?? ''];
    return { id: `library-${at}`, group: 'library', system: null, documents, turns: [turnOf(asked)], baseId: null };
  });
}

function turnOf({ file, question, name }: { file: string; question: string; name: string }): StarterTurn {
  const answer = ANSWERS[file]?.[question];
  if (answer === undefined) throw new Error(`the benchmark has no answer to the suggested question "${question}"`);
  return { ...answer, name, kind: 'sample', question, key: null, old: null, isUnanswerable: false };
}
