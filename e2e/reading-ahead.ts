// Keeps the page from asking the engine to read ahead, for tests of what the asking itself reads.

import type { Page } from '@playwright/test';

const READING_AHEAD = new Set(['conversations.prepare', 'library.prepare']);

/** Before the page is opened. The page gets an answer at once; the engine never hears of it. */
export async function withoutReadingAhead(page: Page): Promise<void> {
  await page.routeWebSocket(/\/socket/, (socket) => {
    const engine = socket.connectToServer();
    socket.onMessage((message) => {
      const { id, method } = JSON.parse(String(message)) as { id: number; method?: string };
      if (method !== undefined && READING_AHEAD.has(method)) socket.send(JSON.stringify({ id, result: { tokens: 0 } }));
      else engine.send(message);
    });
  });
}
