// The utility process's side of the stand-in: `process.parentPort`, with ports that arrive in messages.
// https://www.electronjs.org/docs/latest/api/parent-port

import { EventEmitter } from 'node:events';
import { StandInPort } from './ports.ts';
import type { PortFrame } from './ports.ts';
import type { ParentMessage } from './utility-process.ts';

const arrived = new Map<number, StandInPort>();

/** A port that belongs to this process now; what is posted to it travels through the parent. */
function arrive(id: number): StandInPort {
  const { port1, port2 } = StandInPort.pair();
  arrived.set(id, port1);
  port1.on('message', ({ data }: { data: unknown }) => process.send?.({ port: id, data } satisfies PortFrame));
  port1.on('close', () => {
    if (arrived.delete(id)) process.send?.({ port: id, closed: true } satisfies PortFrame);
  });
  port1.start();
  return port2;
}

class ParentPort extends EventEmitter {
  #started = false;

  override on(event: string, listener: (value: never) => void): this {
    super.on(event, listener as (value: unknown) => void);
    if (event === 'message' && !this.#started) {
      this.#started = true;
      process.on('message', (frame: ParentMessage | PortFrame) => this.#receive(frame));
    }
    return this;
  }

  postMessage(message: unknown): void {
    process.send?.({ message });
  }

  #receive(frame: ParentMessage | PortFrame): void {
    if ('ports' in frame) {
      this.emit('message', { data: frame.message, ports: frame.ports.map(arrive) });
    } else if ('data' in frame) {
      arrived.get(frame.port)?.postMessage(frame.data);
    } else {
      const port = arrived.get(frame.port);
      arrived.delete(frame.port);
      port?.close();
    }
  }
}

Object.assign(process, { parentPort: new ParentPort() });
