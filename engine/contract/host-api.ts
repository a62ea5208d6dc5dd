// What a page may ask of its host (Electron's main process, or the loopback server): never prompts, never answers.

export type HostKind = 'electron' | 'browser';

/** `restarting`: the engine ended and is being started again; `failed`: it ended too often. */
export type EngineState = 'starting' | 'ready' | 'restarting' | 'failed';

export interface HostInfo {
  kind: HostKind;
  version: string;
  platform: string;
}

/** What the host says about the engine process, unasked, on its own channel or frame. */
export interface EngineNotice {
  engine: EngineState;
  /** For a person; null when all is well. */
  message: string | null;
}
