// Three short documents to try Hearth with, each with a question it answers. They go to the library only when chosen.

import { addDocument } from '../state/library.ts';
import { attachDocument, ensureConversation, newConversation } from '../state/conversations.ts';
import { sendMessage } from '../state/turns.ts';

export interface Sample {
  title: string;
  question: string;
  text: string;
}

export const SAMPLES: readonly Sample[] = [
  {
    title: 'House handbook',
    question: 'Where is the ladder?',
    text: `House handbook

Bins
- The paper bin goes out on Monday.
- The garden bin goes out on Thursday.
- The glass bin goes out on Friday.

Where things are
- The first aid kit is in the hall cupboard.
- The ladder is in the garage.
- The toolbox is in the cellar.

Chores
- The dishes: Anna.
- The laundry: Ben.
- The shopping: Clara.
`,
  },
  {
    title: 'Clinic front desk',
    question: 'When do you open on Tuesday?',
    text: `Clinic front desk

Opening hours
- On Monday the clinic opens at 9:30 and closes at 17:00.
- On Tuesday the clinic opens at 8:15 and closes at 16:45.
- On Friday the clinic opens at 10:00 and closes at 14:30.

Extensions
- The extension of the pharmacy is 214.
- The extension of the laboratory is 305.
- The extension of the reception is 100.

Prices
- The price of the blood test is $18.
- The price of the flu shot is $25.
`,
  },
  {
    title: 'Family list',
    question: 'What is the phone number of Anna?',
    text: `Family list

Allergies
- Clara is allergic to peanuts.
- Ben is allergic to eggs.

Birthdays
- The birthday of Anna is 3 May.
- The birthday of Ben is 21 October.
- The birthday of Clara is 14 February.

Phone numbers
- The phone number of Anna is 555-0142.
- The phone number of Ben is 555-0177.
`,
  },
];

/** Shares the sample, begins a chat about it and asks its question. Sharing the same text twice keeps one document. */
export async function askSample(sample: Sample): Promise<void> {
  const document = await addDocument({ title: sample.title, text: sample.text, scope: 'library' });
  newConversation();
  await attachDocument(document);
  await sendMessage(await ensureConversation(), sample.question);
}
