// Stand-in for MessageChannelMain and MessagePortMain: two ends in one process, and an end carried to another place.
// As documented: messages wait until start(), and the other end hears of close().
// https://www.electronjs.org/docs/latest/api/message-port-main

import { EventEmitter } from 'node:events';

export interface PortMessage {
  data: unknown;
  ports: StandInPort[];
}

export class StandInPort extends EventEmitter {
  #other: StandInPort | null = null;
  #waiting: unknown[] | null = [];
  #closed = false;

  static pair(): { port1: StandInPort; port2: StandInPort } {
    const [port1, port2] = [new StandInPort(), new StandInPort()];
    port1.#other = port2;
    port2.#other = port1;
    return { port1, port2 };
  }

  postMessage(data: unknown): void {
    const other = this.#other;
    if (other === null || this.#closed) return;
    const copy: unknown = structuredClone(data);
    queueMicrotask(() => other.#receive(copy));
  }

  start(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const data of waiting) this.#receive(data);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
    this.#other?.close();
  }

  #receive(data: unknown): void {
    if (this.#waiting !== null) this.#waiting.push(data);
    else if (!this.#closed) this.emit('message', { data, ports: [] } satisfies PortMessage);
  }
}

/** What travels between processes, or to a page, about ports that were carried there. */
export type PortFrame = { port: number; data: unknown } | { port: number; closed: true };

/** Ports of this process whose other use is elsewhere: gives each a number and passes its messages on. */
export class CarriedPorts {
  readonly #ports = new Map<number, StandInPort>();
  readonly #send: (frame: PortFrame) => void;
  #next = 1;

  constructor(send: (frame: PortFrame) => void) {
    this.#send = send;
  }

  carry(port: StandInPort): number {
    const id = this.#next++;
    this.#ports.set(id, port);
    port.on('message', ({ data }: PortMessage) => this.#send({ port: id, data }));
    port.on('close', () => {
      if (this.#ports.delete(id)) this.#send({ port: id, closed: true });
    });
    port.start();
    return id;
  }

  receive(frame: PortFrame): void {
    const port = this.#ports.get(frame.port);
    if ('data' in frame) port?.postMessage(frame.data);
    else {
      this.#ports.delete(frame.port);
      port?.close();
    }
  }

  closeAll(): void {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }
}
