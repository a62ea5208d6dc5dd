// Expected errors of the engine: each carries a code for programs and a message for a person
// (what happened, what was kept, what to do). A bug is not one of these: it throws and ends the process.

import type { ErrorCode } from './contract/errors.ts';

export class EngineError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'EngineError';
    this.code = code;
  }
}
