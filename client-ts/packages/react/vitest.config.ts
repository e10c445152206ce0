import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['igny8-source', 'module', 'node', 'development'], dedupe: ['react', 'react-dom', 'yjs'] },
  ssr: { resolve: { conditions: ['igny8-source', 'module', 'node', 'development'] } },
  test: { environment: 'happy-dom', include: ['test/**/*.test.ts', 'test/**/*.test.tsx'] },
});
