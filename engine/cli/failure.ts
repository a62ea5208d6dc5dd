// An expected failure of a command: its message is one line for a person, on what happened and what to do.

export class CommandFailure extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CommandFailure';
  }
}
