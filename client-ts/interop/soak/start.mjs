// Runs the soak with the sources of our packages, as the tests of this folder do.
import { createServer } from 'vite';

const conditions = ['igny8-source', 'module', 'node', 'development'];
const vite = await createServer({
  configFile: false,
  root: new URL('..', import.meta.url).pathname,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
});
const { main } = await vite.ssrLoadModule('/soak/main.ts');
// Providers leave timers behind: the program ends when it is done, not when they are.
process.exit(await main(process.argv.slice(2)));
