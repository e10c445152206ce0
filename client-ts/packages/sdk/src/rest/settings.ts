import type { AiModels, AiRoutes, AiRouteTest, ChangeAiModels, ChangeAiRoutes, ChangeSite, NewSite, SiteView } from '@igny8/protocol';

import type { CallOptions, Request } from './transport.js';

/** `/api/settings`: sites and models. */
export function settingsRoutes(request: Request) {
  return {
    sites: (): Promise<SiteView[]> => request('GET', '/api/settings/sites'),
    createSite: (body: Pick<NewSite, 'name'> & Partial<NewSite>, options?: CallOptions): Promise<SiteView> =>
      request('POST', '/api/settings/sites', { ...options, body }),
    changeSite: (site: string, body: Partial<ChangeSite>): Promise<SiteView> =>
      request('PATCH', `/api/settings/sites/${site}`, { body }),
    /** Never shows a key. */
    aiModels: (): Promise<AiModels> => request('GET', '/api/settings/ai-models'),
    changeAiModels: (body: Pick<ChangeAiModels, 'provider'> & Partial<ChangeAiModels>): Promise<AiModels> =>
      request('PUT', '/api/settings/ai-models', { body }),
    /** The models in the order of fallbacks, and what they may cost. Never shows a key. */
    aiRoutes: (): Promise<AiRoutes> => request('GET', '/api/settings/ai-routes'),
    /** All at once: an absent key stays as it is, an empty one is removed. */
    changeAiRoutes: (body: ChangeAiRoutes): Promise<AiRoutes> => request('PUT', '/api/settings/ai-routes', { body }),
    /** Asks one of the kept models for a word; an answer ends the rest of its lane. */
    testAiRoute: (name: string, options?: CallOptions): Promise<AiRouteTest> =>
      request('POST', '/api/settings/ai-routes/test', { ...options, body: { name } }),
  };
}
