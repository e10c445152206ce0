import type { Lanes, Overview, PauseQueue, QueueSettings, QueueView, SystemStatus, Version, WorkState } from '@igny8/protocol';

import type { CallOptions, Request } from './transport.js';

/** `/api/system` and `/version`. */
export function systemRoutes(request: Request) {
  const at = (site: string, rest: string): string => `/api/system/sites/${site}/${rest}`;
  return {
    status: (): Promise<SystemStatus> => request('GET', '/api/system/status'),
    /** The lanes to models: the server's own that were used, and the tenant's own, with what holds them up. */
    lanes: (): Promise<Lanes> => request('GET', '/api/system/lanes'),
    version: (): Promise<Version> => request('GET', '/version'),
    /** How busy a site's queue is, what is paused, its settings. */
    queue: (site: string): Promise<QueueView> => request('GET', at(site, 'queue')),
    setQueue: (site: string, settings: QueueSettings): Promise<QueueView> => request('PUT', at(site, 'queue/settings'), { body: settings }),
    /** Holds a site's work up, or that of one kind. What runs goes on to its end. */
    pauseQueue: (site: string, body: Partial<PauseQueue> = {}, options?: CallOptions): Promise<QueueView> =>
      request('POST', at(site, 'queue/pause'), { ...options, body }),
    resumeQueue: (site: string, body: Partial<PauseQueue> = {}, options?: CallOptions): Promise<QueueView> =>
      request('POST', at(site, 'queue/resume'), { ...options, body }),
    /** Whether the work of all sites is held up. */
    work: (): Promise<WorkState> => request('GET', '/api/system/work'),
    pauseWork: (options?: CallOptions): Promise<WorkState> => request('POST', '/api/system/work/pause', { ...options, body: {} }),
    resumeWork: (options?: CallOptions): Promise<WorkState> => request('POST', '/api/system/work/resume', { ...options, body: {} }),
  };
}

/** `/api/dashboard`. */
export function dashboardRoutes(request: Request) {
  return {
    overview: (site: string): Promise<Overview> => request('GET', `/api/dashboard/sites/${site}/overview`),
  };
}
