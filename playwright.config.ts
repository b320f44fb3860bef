import { defineConfig } from '@playwright/test';

/** As root, Chromium refuses its own sandbox; in a test the pages are ours. */
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  // One lab at a time on a small machine.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    launchOptions: { executablePath: '/usr/bin/chromium', args: [...args, '--disable-background-networking'] },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
});
