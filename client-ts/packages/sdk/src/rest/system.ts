import type { Overview, SystemStatus, Version } from '@igny8/protocol';

import type { Request } from './transport.js';

/** `/api/system` and `/version`. */
export function systemRoutes(request: Request) {
  return {
    status: (): Promise<SystemStatus> => request('GET', '/api/system/status'),
    version: (): Promise<Version> => request('GET', '/version'),
  };
}

/** `/api/dashboard`. */
export function dashboardRoutes(request: Request) {
  return {
    overview: (site: string): Promise<Overview> => request('GET', `/api/dashboard/sites/${site}/overview`),
  };
}
