// The error codes that may cross a process boundary. The message is for a person; the code is for programs.

export type ErrorCode =
  | 'bad-request'
  | 'not-found'
  | 'already-exists'
  | 'forbidden'
  | 'stopped'
  | 'context-exceeded'
  | 'model-missing'
  | 'model-unsupported'
  | 'model-damaged'
  | 'model-busy'
  | 'document-unreadable'
  | 'folder-in-use'
  | 'storage-full'
  | 'storage-damaged'
  | 'engine-gone'
  | 'internal';

/** An error as it travels in a frame. */
export interface WireError {
  code: ErrorCode;
  message: string;
}

/** What a client throws for an error frame, and for a channel that closed under a call (`engine-gone`). */
export class RemoteError extends Error {
  readonly code: ErrorCode;
  constructor(error: WireError) {
    super(error.message);
    this.name = 'RemoteError';
    this.code = error.code;
  }
}
