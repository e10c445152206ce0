import type { LinkState, PairSite, Queued } from '@igny8/protocol';

import type { CallOptions, Request } from './transport.js';

/** `/api/publish/sites/{site}`: the WordPress link and publications. */
export function publishRoutes(request: Request) {
  const at = (site: string, rest: string): string => `/api/publish/sites/${site}/${rest}`;
  return {
    link: (site: string): Promise<LinkState> => request('GET', at(site, 'link')),
    /** With the code that wp-admin shows. */
    pair: (site: string, body: PairSite, options?: CallOptions): Promise<LinkState> =>
      request('POST', at(site, 'link'), { ...options, body }),
    unlink: (site: string): Promise<void> => request('DELETE', at(site, 'link')),
    /** `live` publishes at once; otherwise it becomes a draft at the site. */
    publish: (site: string, document: string, live: boolean, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, `documents/${document}`), { ...options, body: { live } }),
  };
}
