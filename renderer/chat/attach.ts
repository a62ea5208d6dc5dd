// Brings files from this computer into the open chat, as private documents.

import { attachDocument } from '../state/conversations.ts';
import { addDocument, readTextFile } from '../state/library.ts';
import { attempt } from '../state/notices.ts';

/** Each file stands for itself: one that cannot be read is told of, the others are attached. */
export async function attachFiles(files: Iterable<File>): Promise<void> {
  for (const file of files) {
    await attempt(async () => {
      const document = await addDocument({ ...(await readTextFile(file)), scope: 'private' });
      await attachDocument(document);
    });
  }
}
