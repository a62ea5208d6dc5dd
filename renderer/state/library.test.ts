// Reading a text file of this computer.

import { expect, it } from 'vitest';
import { readTextFile } from './library.ts';

it('a text file becomes a document with its name as the title', async () => {
  const file = new File(['Grüße aus dem Haus\n'], 'House rules.md');
  expect(await readTextFile(file)).toEqual({ title: 'House rules', text: 'Grüße aus dem Haus\n' });
});

it('what is not text is refused in words, by name', async () => {
  for (const content of [new Uint8Array([0xff, 0xfe, 0x00]), new TextEncoder().encode('a\0b')]) {
    await expect(readTextFile(new File([content], 'photo.txt'))).rejects.toMatchObject({
      code: 'document-unreadable',
      message: expect.stringContaining('photo.txt was not added'),
    });
  }
  await expect(readTextFile(new File(['  \n'], 'empty.txt'))).rejects.toThrow('there is no text in it');
});
