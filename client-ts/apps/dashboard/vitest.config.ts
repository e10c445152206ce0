import { fileURLToPath } from 'node:url';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) },
    conditions: ['igny8-source', ...defaultClientConditions],
  },
  ssr: { resolve: { conditions: ['igny8-source', 'node', 'import', 'default'] } },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'happy-dom' },
});
