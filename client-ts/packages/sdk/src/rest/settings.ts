import type { AiModels, ChangeAiModels, ChangeSite, NewSite, SiteView } from '@igny8/protocol';

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
  };
}
