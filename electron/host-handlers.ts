// What a page may ask of the main process: a port to the engine. Only our own page, in its main frame, is answered.

import { ipcMain } from 'electron';
import type { EnginePorts } from './engine-ports.ts';
import { isTrustedFrame } from './trusted-sender.ts';

export function answerPages(engine: EnginePorts): void {
  ipcMain.on('engine:connect', (event) => {
    if (isTrustedFrame(event.senderFrame)) engine.connect(event.sender);
  });
}
