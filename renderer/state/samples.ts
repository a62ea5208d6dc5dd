// Documents that come with Hearth to try it with. They go to the library only when somebody chooses one.

import { create } from 'zustand';
import type { SampleDocument } from '../../engine/contract/library.ts';
import { attachDocument, ensureConversation, newConversation } from './conversations.ts';
import { call } from './engine.ts';
import { addDocument } from './library.ts';
import { sendMessage } from './turns.ts';

export const useSamples = create<{ samples: SampleDocument[] | null }>()(() => ({ samples: null }));

export async function loadSamples(): Promise<void> {
  if (useSamples.getState().samples === null) useSamples.setState(await call('library.samples', {}));
}

/** Shares the sample, begins a chat about it and asks. Sharing the same text twice keeps one document. */
export async function askSample(sample: SampleDocument, question: string): Promise<void> {
  const document = await addDocument({ title: sample.title, text: sample.text, scope: 'library' });
  newConversation();
  await attachDocument(document);
  await sendMessage(await ensureConversation(), question);
}
