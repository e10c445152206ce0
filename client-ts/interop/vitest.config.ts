import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['igny8-source', 'module', 'node', 'development'] },
  ssr: { resolve: { conditions: ['igny8-source', 'module', 'node', 'development'] } },
  // A server starts, is killed and starts again: each of them may recover its store first.
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 120_000 },
});
