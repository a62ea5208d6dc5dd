// The window and what no page in it may do: leave the page, open windows, get permissions.

import { join } from 'node:path';
import { app, BrowserWindow, session, shell } from 'electron';
import type { WebContents } from 'electron';
import { isPageUrl, PAGE_ORIGIN } from './trusted-sender.ts';

export function openWindow(): void {
  const window = new BrowserWindow({
    width: 1280,
    height: 840,
    minWidth: 420,
    minHeight: 480,
    show: false,
    title: 'Hearth',
    autoHideMenuBar: true,
    webPreferences: {
      preload: join(app.getAppPath(), 'dist', 'electron', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: !app.isPackaged,
      additionalArguments: [`--hearth-version=${app.getVersion()}`],
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${PAGE_ORIGIN}/`);
}

function stayOnPage(event: { preventDefault(): void; url: string }): void {
  if (!isPageUrl(event.url)) event.preventDefault();
}

/** For every contents that is ever made, whoever makes it. */
export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', stayOnPage);
  contents.on('will-frame-navigate', stayOnPage);
  contents.on('will-redirect', stayOnPage);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

/** Links open in the person's browser if they are plain https: no other scheme, no name and password inside. */
export function mayOpenOutside(url: string): boolean {
  try {
    const { protocol, username, password } = new URL(url);
    return protocol === 'https:' && username === '' && password === '';
  } catch {
    return false;
  }
}

/** The page may copy text to the clipboard when a person asks for it, and nothing else. */
function isAllowed(permission: string, url: string): boolean {
  return permission === 'clipboard-sanitized-write' && isPageUrl(url);
}

export function refusePermissions(): void {
  const current = session.defaultSession;
  current.setPermissionRequestHandler((contents, permission, answer) =>
    answer(isAllowed(permission, contents.getURL())),
  );
  current.setPermissionCheckHandler((_contents, permission, origin) => isAllowed(permission, origin));
  current.setDevicePermissionHandler(() => false);
}
