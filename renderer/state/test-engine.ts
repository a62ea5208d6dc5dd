// An engine for tests of the page's state: the real protocol, and answers that each test gives.

import type { EngineCalls } from '../../engine/contract/engine-api.ts';
import { RemoteError } from '../../engine/contract/errors.ts';
import { connect, serve, type Service } from '../../engine/contract/rpc.ts';
import { attachHost } from './engine.ts';
import { pipe } from './test-pipe.ts';

type Calls = {
  [M in keyof EngineCalls]?: (
    params: EngineCalls[M]['params'],
  ) => EngineCalls[M]['result'] | Promise<EngineCalls[M]['result']>;
};

/** Connects the page's state to it. Returns the function that ends it. */
export function testEngine(calls: Calls, streams: Record<string, unknown> = {}): () => void {
  const { page, engine } = pipe();
  const service = {
    calls,
    streams,
    check: (_: string, params: unknown) => params,
    describe: (error: unknown) => ({ code: (error as RemoteError).code, message: (error as Error).message }),
  };
  serve(engine, service as unknown as Service);
  attachHost({
    info: { kind: 'browser', version: '', platform: '' },
    start: (listener) => listener.onClient(connect(page)),
  });
  return () => page.close();
}
