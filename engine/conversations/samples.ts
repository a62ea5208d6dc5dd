// The documents that come with Hearth, for a first try. They belong to nobody until somebody adds them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SampleDocument } from '../contract/library.ts';

const INDEX_FILE = 'index.json';
const index = z.array(
  z.strictObject({ file: z.string(), title: z.string(), about: z.string(), questions: z.array(z.string()).min(1) }),
);

/** Reads the folder of samples with its index. Throws where the installation is not whole. */
export async function readSamples(folder: string): Promise<SampleDocument[]> {
  const listed = index.parse(JSON.parse(await readFile(join(folder, INDEX_FILE), 'utf8')));
  return Promise.all(
    listed.map(async ({ file, ...sample }) => ({ ...sample, text: await readFile(join(folder, file), 'utf8') })),
  );
}
