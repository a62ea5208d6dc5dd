// The engine as a utility process, and a MessagePort for each page that asks. Frames never pass through here.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { app, MessageChannelMain, utilityProcess } from 'electron';
import type { UtilityProcess, WebContents } from 'electron';
import { engineEnvironment } from '../engine/contract/engine-environment.ts';
import type { EngineNotice } from '../engine/contract/host-api.ts';
import type { EngineLife, EngineSignal, LifeEvents, QuitSignal } from '../engine/contract/supervisor.ts';
import { supervise } from '../engine/contract/supervisor.ts';

export interface EnginePorts {
  /** Gives the page a port now, or as soon as an engine is ready, and again after each restart. */
  connect(page: WebContents): void;
  close(): Promise<void>;
}

export function startEnginePorts(): EnginePorts {
  const pages = new Set<WebContents>();
  let child: UtilityProcess | null = null;
  const supervisor = supervise((events) => {
    child = forkEngine(events);
    return lifeOf(child);
  });

  const introduce = (page: WebContents) => {
    const { port1, port2 } = new MessageChannelMain();
    child?.postMessage(null, [port1]);
    page.postMessage('engine:port', null, [port2]);
  };
  const tell = (page: WebContents, notice: EngineNotice) => {
    page.send('engine:notice', notice);
    if (notice.engine === 'ready') introduce(page);
  };
  supervisor.onNotice((notice) => {
    for (const page of pages) tell(page, notice);
  });

  return {
    connect: (page) => {
      if (!pages.has(page)) {
        pages.add(page);
        page.once('destroyed', () => pages.delete(page));
      }
      tell(page, supervisor.notice);
    },
    close: () => supervisor.close(),
  };
}

function forkEngine(events: LifeEvents): UtilityProcess {
  const root = app.getAppPath();
  const resources = app.isPackaged ? join(process.resourcesPath, 'hearth') : join(root, 'resources');
  // Not strict: Chromium's own switches are among them.
  const { values } = parseArgs({ strict: false, options: { data: { type: 'string' }, model: { type: 'string' } } });
  const chosen = Object.entries(values).filter(([name]) => name === 'data' || name === 'model');
  const flags = ['--resources', resources, ...chosen.map(([name, value]) => `--${name}=${String(value)}`)];
  const child = utilityProcess.fork(join(root, 'dist', 'engine', 'main.js'), flags, {
    env: { ...process.env, ...engineEnvironment(process.env, process.platform) },
    serviceName: 'Hearth engine',
    stdio: 'inherit',
  });
  child.on('message', (signal: EngineSignal) => {
    if (signal.engine === 'ready') events.ready();
    else events.failed(signal.error);
  });
  child.once('exit', () => events.ended());
  return child;
}

function lifeOf(child: UtilityProcess): EngineLife {
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a process, not a window
    quit: () => child.postMessage({ quit: true } satisfies QuitSignal),
    kill: () => child.kill(),
  };
}
