// What a block is: up to 64 consecutive positions of one token chain, its key, and the words for referring to it.
// Pure: no storage here.

import { createHash, createHmac } from 'node:crypto';
import type { ScopeKind } from '../contract/cache.ts';
import type { ProfileId } from '../contract/profiles.ts';
import type { KvPrecision } from '../contract/settings.ts';
import { privateScope, scopeKind } from '../types.ts';
import type { KvRows, Scope, TokenRange } from '../types.ts';

/** Most positions in one block. Shorter ones exist: where the scope changes and at the end of what was computed. */
export const BLOCK_TOKENS = 64;

/** 64 hex digits. */
export type BlockKey = string & { readonly brand: 'BlockKey' };

/** What fixes the byte size of a row. */
export interface BlockShape {
  layers: number;
  kvHeads: number;
  headSize: number;
}

/** The text that a block belongs to, as a person sees it in the inspector. */
export interface EntryRef {
  /** `template`: built-in text that came before any document or chat. */
  kind: 'document' | 'conversation' | 'template';
  /** Id of the document, conversation or template. */
  id: string;
  /** Shown to those who may reuse the block, to nobody else. */
  label: string | null;
}

/** Rows offset..offset+count-1 of one block, lent to the positions start..start+count-1 of a prompt. */
export interface BlockRef {
  key: BlockKey;
  scope: Scope;
  /** Position in the prompt of the first row that is used. */
  start: number;
  /** Row of the block that stands there; 0 within a prefix. */
  offset: number;
  /** Rows that are used. */
  count: number;
  /** Rows in the whole block. */
  blockCount: number;
  /** Prompt positions within this reference whose rows were made while decoding an answer; empty when start = end. */
  decoded: TokenRange;
  /** What the rows are worth: never better than that of the rows they were computed from. */
  precision: KvPrecision;
}

/** A block as the index keeps it; its rows are elsewhere. */
export interface BlockRow {
  key: BlockKey;
  /** Null at the root. */
  parent: BlockKey | null;
  layout: string;
  scope: Scope;
  entryId: string;
  /** Token ids, big-endian, so that byte order is token order. */
  tokens: Uint8Array;
  count: number;
  /** Rows made while decoding, within the block. */
  decoded: TokenRange;
  prefillMs: number;
  /** Size of the block's file; before it is written, the most it can be. */
  bytes: number;
  /** What a reader may take the rows for. */
  precision: KvPrecision;
  /** How the file is written: as fine as the precision or finer. */
  coding: KvPrecision;
  hits: number;
  createdAt: number;
  usedAt: number;
}

/** Scope as two columns. */
export interface ScopeColumns {
  scope: ScopeKind;
  /** Profile id of a private block, else empty. */
  owner: string;
}

export function scopeColumns(scope: Scope): ScopeColumns {
  const kind = scopeKind(scope);
  return { scope: kind, owner: kind === 'private' ? scope.slice('private:'.length) : '' };
}

export function scopeOf(columns: ScopeColumns): Scope {
  return columns.scope === 'private' ? privateScope(columns.owner as ProfileId) : columns.scope;
}

/** Whether a block of scope `child` may stand behind one of scope `parent`: what follows is never shared more widely. */
export function mayFollow(child: Scope, parent: Scope | null): boolean {
  if (parent === null || parent === 'app' || child === parent) return true;
  return parent === 'library' && child !== 'app';
}

/** Token ids as big-endian bytes, 4 each: memcmp order of these is the order of the ids. */
export function tokenBytes(tokens: Int32Array): Uint8Array {
  const bytes = new Uint8Array(tokens.length * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < tokens.length; at++) view.setInt32(at * 4, tokens[at] ?? 0);
  return bytes;
}

/** The other way round. */
export function tokensOf(bytes: Uint8Array): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Int32Array.from({ length: bytes.byteLength / 4 }, (_, at) => view.getInt32(at * 4));
}

/** Tokens that two byte strings share from their start on. */
export function commonTokens(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  let at = 0;
  while (at < length && left[at] === right[at]) at++;
  return at >> 2;
}

export function layoutHash(layout: string): string {
  return createHash('sha256').update(layout).digest('hex');
}

export interface KeyParts {
  scope: Scope;
  /** From `layoutHash`. */
  layout: string;
  parent: BlockKey | null;
  /** From `tokenBytes`. */
  tokens: Uint8Array;
}

/** Keyed, so that nobody who sees file names can test a guess of the text. */
export function blockKey(secret: Uint8Array, parts: KeyParts): BlockKey {
  return createHmac('sha256', secret)
    .update(`${parts.scope}\n${parts.layout}\n${parts.parent ?? ''}\n`)
    .update(parts.tokens)
    .digest('hex') as BlockKey;
}

/** Floats in the k (or v) of `count` rows. */
export function planeFloats(shape: BlockShape, count: number): number {
  return shape.layers * shape.kvHeads * shape.headSize * count;
}

export function rowBytes(rows: KvRows): number {
  return rows.k.byteLength + rows.v.byteLength;
}
