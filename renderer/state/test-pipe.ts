// The two ends of a pipe, as a socket or a port would be, for tests that speak the real protocol.

import type { Channel } from '../../engine/contract/rpc.ts';

export function pipe(): { page: Channel; engine: Channel } {
  const end = () => ({ frame: (() => {}) as (frame: unknown) => void, closed: [] as (() => void)[] });
  const ends = [end(), end()];
  const channel = (own: number): Channel => ({
    send: (frame) => queueMicrotask(() => ends[1 - own]?.frame(structuredClone(frame))),
    onFrame: (listener) => void (ends[own]!.frame = listener),
    onClose: (listener) => ends[own]!.closed.push(listener),
    close: () => ends.forEach((end) => end.closed.forEach((listener) => listener())),
  });
  return { page: channel(0), engine: channel(1) };
}
