// What the page needs of its host, whichever it is: a client for the engine, renewed after each restart, and notices.

import type { EngineNotice, HostInfo } from '../../engine/contract/host-api.ts';
import type { EngineClient } from '../../engine/contract/rpc.ts';

export interface HostListener {
  /** A fresh client each time the engine can be reached again; null while it cannot. */
  onClient: (client: EngineClient | null) => void;
  onNotice: (notice: EngineNotice) => void;
}

export interface Host {
  info: HostInfo;
  /** Starts talking to the engine. Called once. */
  start(listener: HostListener): void;
}
