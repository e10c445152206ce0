// Runs a program of this workspace, `soak` or `stream`, with the sources of our packages, as the tests do.
import { createServer } from 'vite';

const conditions = ['igny8-source', 'module', 'node', 'development'];
const vite = await createServer({
  configFile: false,
  root: new URL('.', import.meta.url).pathname,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
const [program, ...options] = process.argv.slice(2);
const { main } = await vite.ssrLoadModule(`/${program}/main.ts`);
// Providers leave timers behind: the program ends when it is done, not when they are.
process.exit(await main(options));
