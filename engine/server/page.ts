// The built page and the pages that say why something was refused, with the headers that fence them in.
// It decides nothing about who may see them.

import { readFile, realpath } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import type { Refusal } from './loopback.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Styles may be inline: the dialogs of the page write their own. Everything else comes from the server alone. */
function contentPolicy(port: number): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer. No referrer: the link with the secret must not travel. */
export function fenceHeaders(port: number): Record<string, string> {
  return {
    'Content-Security-Policy': contentPolicy(port),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
    'Cache-Control': 'no-store',
  };
}

/** The file of the page that a URL path names, or null. Nothing outside `folder` is ever read, links followed. */
export async function readPageFile(folder: string, urlPath: string): Promise<{ type: string; body: Buffer } | null> {
  const relative = decodePath(urlPath);
  if (relative === null) return null;
  const name = relative === '/' ? 'index.html' : relative;
  const type = TYPES[extname(name)];
  if (type === undefined) return null;
  try {
    const file = await realpath(join(folder, name));
    if (!file.startsWith((await realpath(folder)) + sep)) return null;
    return { type, body: await readFile(file) };
  } catch {
    return null;
  }
}

function decodePath(urlPath: string): string | null {
  try {
    const decoded = decodeURIComponent(urlPath);
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}

export function sendRefusal(response: ServerResponse, { status, title, text }: Refusal): void {
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>body{font:16px/1.5 system-ui;max-width:34rem;margin:20vh auto;padding:0 1.5rem;color-scheme:light dark}</style>
<h1>${title}</h1><p>${text}</p></html>`;
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(body);
}
