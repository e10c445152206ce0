import { defineConfig } from '@playwright/test';

// The main job writes an article at its real speed; everything else is quick.
const TEST_TIMEOUT_MS = 180_000;
const EXPECT_TIMEOUT_MS = 15_000;

export default defineConfig({
  timeout: TEST_TIMEOUT_MS,
  expect: { timeout: EXPECT_TIMEOUT_MS },
  // A flaky test is a failing test.
  retries: 0,
  // One file of each kind at a time: what runs on the stage fills the waiting for the server. The
  // server is one, and so is the site that it publishes to.
  workers: 2,
  projects: [
    { name: 'server', testDir: './tests/server', workers: 1 },
    { name: 'stage', testDir: './tests/stage', workers: 1 },
  ],
  reporter: [['list']],
  outputDir: './test-results',
  use: {
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['IGNY8_CHROMIUM'] ?? '/usr/bin/chromium',
      // Chromium has no sandbox for root, which is who runs the tests in a container.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
