import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['igny8-source', 'module', 'node', 'development'] },
  ssr: { resolve: { conditions: ['igny8-source', 'module', 'node', 'development'] } },
  test: { include: ['test/**/*.test.ts', 'test/**/*.test.tsx'] },
});
