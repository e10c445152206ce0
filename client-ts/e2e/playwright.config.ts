import { defineConfig } from '@playwright/test';

// The main job writes an article at its real speed; everything else is quick.
const TEST_TIMEOUT_MS = 180_000;
const EXPECT_TIMEOUT_MS = 15_000;

export default defineConfig({
  testDir: './tests',
  timeout: TEST_TIMEOUT_MS,
  expect: { timeout: EXPECT_TIMEOUT_MS },
  // A flaky test is a failing test.
  retries: 0,
  workers: 1,
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
