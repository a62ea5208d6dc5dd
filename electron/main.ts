// The desktop shell: one window, one engine, the two introduced to each other. It never sees a prompt or an answer.

import { app, BrowserWindow } from 'electron';
import { startEnginePorts } from './engine-ports.ts';
import { answerPages } from './host-handlers.ts';
import { setMenu } from './menu.ts';
import { registerPageScheme, servePage } from './page-protocol.ts';
import { guardContents, openWindow, refusePermissions } from './window.ts';

function start(): void {
  servePage();
  refusePermissions();
  setMenu();
  const engine = startEnginePorts();
  answerPages(engine);
  openWindow();
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) return openWindow();
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    // What the engine is still writing is finished first.
    event.preventDefault();
    void engine.close().finally(() => {
      closed = true;
      app.quit();
    });
  });
}

app.enableSandbox();
registerPageScheme();
app.on('web-contents-created', (_event, contents) => guardContents(contents));
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
// Not `await`: at the top level of an ES module it would keep Electron from ever becoming ready.
if (app.requestSingleInstanceLock()) void app.whenReady().then(start);
else app.quit();
