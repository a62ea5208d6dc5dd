// Reads a text file that a person named on the command line. Plain text and Markdown only.

import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { MAX_DOCUMENT_CHARACTERS } from '../contract/checks.ts';
import { errorCode } from '../lib/error-code.ts';
import { CommandFailure } from './failure.ts';

export interface TextFile {
  /** The file's base name. */
  title: string;
  text: string;
}

const MAX_BYTES_PER_CHARACTER = 4;

/** The file's text as UTF-8, without a byte order mark. Throws CommandFailure with one clear line. */
export function readDocument(path: string): TextFile {
  const bytes = readBytes(path);
  const text = decode(bytes);
  if (text === null) {
    throw new CommandFailure(`${path} is not a text file. Give plain text or Markdown, saved as UTF-8.`);
  }
  if (text.trim().length === 0) throw new CommandFailure(`${path} is empty. Give a file with text in it.`);
  if (text.length > MAX_DOCUMENT_CHARACTERS) throw tooLarge(path);
  return { title: basename(path), text };
}

function readBytes(path: string): Uint8Array {
  try {
    const file = statSync(path);
    if (file.isDirectory()) throw new CommandFailure(`${path} is a folder. Give a text file.`);
    if (file.size > MAX_DOCUMENT_CHARACTERS * MAX_BYTES_PER_CHARACTER) throw tooLarge(path);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new CommandFailure(`There is no file ${path}. Check the name.`, { cause: error });
    }
    throw new CommandFailure(`${path} cannot be read (${code}). Check who may read it.`, { cause: error });
  }
}

function decode(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function tooLarge(path: string): CommandFailure {
  const limit = MAX_DOCUMENT_CHARACTERS.toLocaleString('en');
  return new CommandFailure(`${path} is too large: a document may have ${limit} characters. Split it into parts.`);
}
