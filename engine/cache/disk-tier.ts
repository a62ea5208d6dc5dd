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
import { decodeBlock, encodeBlock, shapeOf } from './format.ts';
import type { BlockIdentity } from './format.ts';
import type { KvRows } from '../types.ts';

const SUFFIX = '.kv';
const TEMPORARY_SUFFIX = '.part';

export class DiskTier {
  readonly #folder: string;

  constructor(cacheFolder: string) {
    this.#folder = join(cacheFolder, 'blocks');
  }

  write(identity: BlockIdentity, rows: KvRows): void {
    const path = this.#path(identity.key);
    const temporary = path + TEMPORARY_SUFFIX;
    mkdirSync(this.#folderOf(identity.key), { recursive: true, mode: 0o700 });
    try {
      writeParts(temporary, encodeBlock(identity, rows));
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Null when the file is missing, cut, changed, or of another block. */
  read(identity: BlockIdentity): KvRows | null {
    const file = this.#readFile(identity.key);
    return file && decodeBlock(identity, file);
  }

  /** Whether the file is what `read` would accept, whatever the shape. */
  isWhole(identity: Omit<BlockIdentity, 'shape'>): boolean {
    const file = this.#readFile(identity.key);
    const shape = file && shapeOf(file);
    return file !== null && shape !== null && decodeBlock({ ...identity, shape }, file) !== null;
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

  /** Removes whatever is not the file of a block in `sizes` at its size. Returns the keys whose files are good, and how many were removed. */
  sweep(sizes: Map<BlockKey, number>): { present: Set<BlockKey>; removed: number } {
    const present = new Set<BlockKey>();
    let removed = 0;
    for (const path of this.#files()) {
      const key = keyOf(path);
      if (key !== null && path === this.#path(key) && sizes.get(key) === statSync(path).size) {
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

function writeParts(path: string, parts: Uint8Array[]): void {
  const file = openSync(path, 'w', 0o600);
  try {
    for (const part of parts) writeFileSync(file, part);
  } finally {
    closeSync(file);
  }
}
