import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

// Where the server listens while the dashboard is developed; `cargo xtask run` prints it.
const SERVER = process.env['IGNY8_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) },
    // The packages are read from their sources, so that none has to be built first.
    conditions: ['igny8-source', ...defaultClientConditions],
    // Two copies of Yjs cannot read each other's documents.
    dedupe: ['yjs', 'y-protocols', 'react', 'react-dom', '@tanstack/react-query'],
  },
  build: {
    target: 'es2022',
    // The server allows no inline script or data: font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      '/api': SERVER,
      '/media': SERVER,
      '/version': SERVER,
      '/ws': { target: SERVER, ws: true },
    },
  },
});
