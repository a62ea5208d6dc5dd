// Block files: blocks/<first two digits of the key>/<key>.kv. A file appears whole or not at all (temporary name, rename).
// Knows neither the index nor the quota. Throws what the file system throws.

import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BlockKey } from './block.ts';
import { decodeBlock } from './format.ts';
import type { BlockIdentity, DecodedBlock } from './format.ts';

const SUFFIX = '.kv';
const TEMPORARY_SUFFIX = '.part';

export class DiskTier {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'blocks');
  }

  /** Takes the place of an earlier file of the block. */
  write(key: BlockKey, file: readonly Uint8Array[]): void {
    const path = this.#path(key);
    const temporary = path + TEMPORARY_SUFFIX;
    mkdirSync(this.#folderOf(key), { recursive: true, mode: 0o700 });
    try {
      writeParts(temporary, file);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Null when the file is missing, cut, changed, or of another block. */
  read(identity: BlockIdentity): DecodedBlock | null {
    const file = this.#readFile(identity.key);
    return file && decodeBlock(identity, file);
  }

  #readFile(key: BlockKey): ArrayBuffer | null {
    let file: number | null = null;
    try {
      file = openSync(this.#path(key), 'r');
      const bytes = new Uint8Array(new ArrayBuffer(fstatSync(file).size));
      let filled = 0;
      while (filled < bytes.length) {
        const read = readSync(file, bytes, filled, bytes.length - filled, filled);
        if (read === 0) return null;
        filled += read;
      }
      return bytes.buffer;
    } catch {
      return null;
    } finally {
      if (file !== null) closeSync(file);
    }
  }

  has(key: BlockKey): boolean {
    return statSync(this.#path(key), { throwIfNoEntry: false }) !== undefined;
  }

  remove(key: BlockKey): void {
    rmSync(this.#path(key), { force: true, recursive: true });
  }

  /**
   * Removes whatever is not the file of a block in `sizes`, at its size or at one that `isGood` agrees to.
   * Returns the keys whose files are good, and how many were removed.
   */
  sweep(
    sizes: Map<BlockKey, number>,
    isGood: (key: BlockKey, bytes: number) => boolean,
  ): { present: Set<BlockKey>; removed: number } {
    const present = new Set<BlockKey>();
    let removed = 0;
    const isOwn = (key: BlockKey, bytes: number): boolean =>
      sizes.get(key) === bytes || (sizes.has(key) && isGood(key, bytes));
    for (const path of this.#files()) {
      const key = keyOf(path);
      if (key !== null && path === this.#path(key) && isOwn(key, statSync(path).size)) {
        present.add(key);
      } else {
        rmSync(path, { force: true });
        removed++;
      }
    }
    return { present, removed };
  }

  removeAll(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #files(): string[] {
    try {
      const found = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
      return found.filter((item) => !item.isDirectory()).map((item) => join(item.parentPath, item.name));
    } catch {
      return [];
    }
  }

  #folderOf(key: BlockKey): string {
    return join(this.#folder, key.slice(0, 2));
  }

  #path(key: BlockKey): string {
    return join(this.#folderOf(key), key + SUFFIX);
  }
}

function keyOf(path: string): BlockKey | null {
  return (/([0-9a-f]{64})\.kv$/.exec(path)?.[1] as BlockKey | undefined) ?? null;
}

function writeParts(path: string, parts: readonly Uint8Array[]): void {
  const file = openSync(path, 'w', 0o600);
  try {
    for (const part of parts) writeFileSync(file, part);
  } finally {
    closeSync(file);
  }
}
