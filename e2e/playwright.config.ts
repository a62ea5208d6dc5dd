// End-to-end tests in a real Chromium against the built programs. HEARTH_BROWSER names the browser; without it
// Playwright's own is used.

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 2,
  forbidOnly: true,
  use: {
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.HEARTH_BROWSER,
      // Chromium's own sandbox does not run as root.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-dev-shm-usage'],
    },
  },
});
