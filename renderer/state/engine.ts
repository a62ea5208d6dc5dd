// The link to the engine as the page sees it: who can be asked right now, and what to say while nobody can.

import { create } from 'zustand';
import type { CallName, EngineCalls, EngineStatus } from '../../engine/contract/engine-api.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import type { EngineState } from '../../engine/contract/host-api.ts';
import type { EngineClient } from '../../engine/contract/rpc.ts';
import type { Host } from '../host/host.ts';

interface EngineStore {
  client: EngineClient | null;
  state: EngineState;
  message: string | null;
  /** True after the engine was lost once: what runs now is a restarted one. */
  lostOnce: boolean;
  status: EngineStatus | null;
}

export const useEngine = create<EngineStore>()(() => ({
  client: null,
  state: 'starting',
  message: null,
  lostOnce: false,
  status: null,
}));

export function attachHost(host: Host): void {
  host.start({
    onClient: (client) => {
      const before = useEngine.getState();
      useEngine.setState({
        client,
        state: client !== null ? 'ready' : before.client === null ? before.state : 'restarting',
        message: client !== null ? null : before.message,
        lostOnce: before.lostOnce || (before.client !== null && client === null),
      });
      if (client !== null) void noticeEnd(client);
    },
    onNotice: (notice) => useEngine.setState({ state: notice.engine, message: notice.message }),
  });
}

async function noticeEnd(client: EngineClient): Promise<void> {
  await client.closed;
  if (useEngine.getState().client !== client) return;
  useEngine.setState({ client: null, state: 'restarting', lostOnce: true });
}

/** Throws `engine-gone` while there is no engine. */
export function engineClient(): EngineClient {
  const { client } = useEngine.getState();
  if (client !== null) return client;
  throw new RemoteError({
    code: 'engine-gone',
    message: 'The engine is not running. Your text is kept; try again when it is back.',
  });
}

export async function call<M extends CallName>(
  method: M,
  params: EngineCalls[M]['params'],
): Promise<EngineCalls[M]['result']> {
  return engineClient().call(method, params);
}

export async function loadStatus(): Promise<void> {
  useEngine.setState({ status: await call('status', {}) });
}
