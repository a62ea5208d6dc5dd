// Reads a recorded trace: PREFIX.documents.jsonl and PREFIX.turns.jsonl, one JSON object per line, checked.

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { errorCode } from '../lib/error-code.ts';
import { BenchFailure } from './request.ts';

const scope = z.enum(['private', 'library']);
const documentSchema = z.object({ id: z.string(), title: z.string(), scope, text: z.string().min(1) });
const turnSchema = z.object({
  turn: z.number(),
  /** When it was asked, from the beginning of the trace on. */
  atSeconds: z.number().nonnegative().default(0),
  /** A person's name. */
  profile: z.string().min(1),
  /** Turns with one chat id form one conversation. */
  chat: z.string(),
  /** The scope of the chat's system text. */
  scope,
  system: z.string(),
  documents: z.array(z.string()),
  message: z.string().min(1),
  kind: z.string(),
});

export type TraceDocument = z.infer<typeof documentSchema>;
export type TraceTurn = z.infer<typeof turnSchema>;

export interface Trace {
  documents: Map<string, TraceDocument>;
  turns: TraceTurn[];
}

/** Throws BenchFailure for a missing file, a malformed line, or a document that no line defines. */
export function readTrace(prefix: string): Trace {
  const documents = new Map(readLines(`${prefix}.documents.jsonl`, documentSchema).map((each) => [each.id, each]));
  const turns = readLines(`${prefix}.turns.jsonl`, turnSchema);
  const unknown = turns.flatMap((turn) => turn.documents).find((id) => !documents.has(id));
  if (unknown !== undefined) throw failure(`${prefix}.turns.jsonl names a document ${unknown} that is not defined.`);
  return { documents, turns };
}

function readLines<T>(path: string, schema: z.ZodType<T>): T[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw failure(`The trace file ${path} cannot be read (${errorCode(error)}).`);
  }
  const rows: T[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = schema.safeParse(parseJson(line));
    if (!parsed.success) throw failure(`Line ${index + 1} of ${path} is not in the form of a trace.`);
    rows.push(parsed.data);
  }
  return rows;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function failure(message: string): BenchFailure {
  return new BenchFailure(message, { usage: false });
}
