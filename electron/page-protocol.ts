// Serves the built page under app://hearth, and nothing outside its folder.

import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app, net, protocol } from 'electron';
import { isPageUrl } from './trusted-sender.ts';

/** As in the browser host, less the socket: the engine is reached through a port. Styles may be inline for dialogs. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Must run before the app is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePage(): void {
  const folder = join(app.getAppPath(), 'dist', 'renderer');
  protocol.handle('app', (request) => answer(request, folder));
}

async function answer(request: Request, folder: string): Promise<Response> {
  const file = isPageUrl(request.url) ? pageFile(folder, new URL(request.url).pathname) : null;
  if (file === null || request.method !== 'GET') return notFound();
  try {
    const found = await net.fetch(pathToFileURL(file).href);
    if (!found.ok) return notFound();
    const headers = new Headers(found.headers);
    headers.set('Content-Security-Policy', CONTENT_POLICY);
    headers.set('X-Content-Type-Options', 'nosniff');
    return new Response(found.body, { headers });
  } catch {
    return notFound();
  }
}

/** The file that a URL path names, or null when it would lie outside the folder. */
export function pageFile(folder: string, urlPath: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  const file = join(folder, name === '/' ? 'index.html' : name);
  return file.startsWith(folder + sep) && !name.includes('\0') ? file : null;
}

function notFound(): Response {
  return new Response('Not found', { status: 404, headers: { 'Content-Security-Policy': CONTENT_POLICY } });
}
