// Stand-in for utilityProcess.fork: a Node child process with `process.parentPort`.
// https://www.electronjs.org/docs/latest/api/utility-process

import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { CarriedPorts } from './ports.ts';
import type { PortFrame, StandInPort } from './ports.ts';

/** Main process to utility process; `ports` are the numbers of the ports that came with the message. */
export interface ParentMessage {
  message: unknown;
  ports: number[];
}

export class StandInUtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #ports: CarriedPorts;

  constructor(entry: string, args: string[], options: { env?: NodeJS.ProcessEnv }) {
    super();
    const execArgv = ['--import', new URL('./parent-port.ts', import.meta.url).href];
    const { env = process.env } = options;
    this.#child = fork(entry, args, { env, execArgv, serialization: 'advanced', stdio: 'inherit' });
    this.#ports = new CarriedPorts((frame) => this.#send(frame));
    this.#child.on('message', (received) => {
      const frame = received as PortFrame | { message: unknown };
      if ('message' in frame) this.emit('message', frame.message);
      else this.#ports.receive(frame);
    });
    this.#child.once('exit', (code) => {
      this.#ports.closeAll();
      this.emit('exit', code ?? 1);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  postMessage(message: unknown, ports: StandInPort[] = []): void {
    this.#send({ message, ports: ports.map((port) => this.#ports.carry(port)) });
  }

  kill(): boolean {
    return this.#child.kill();
  }

  #send(frame: ParentMessage | PortFrame): void {
    if (this.#child.connected) this.#child.send(frame, () => {});
  }
}
