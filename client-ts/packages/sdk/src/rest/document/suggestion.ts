import type { AskRewrite, Queued, SuggestionView } from '@igny8/protocol';

import type { CallOptions, Request } from '../transport.js';

/** `/api/writer/sites/{site}/documents/{document}/suggestions`: other words for parts of the text, until somebody
 * decides. A suggestion has the id of its task and of its run. */
export function suggestionRoutes(request: Request) {
  const at = (site: string, document: string, rest = ''): string => `/api/writer/sites/${site}/documents/${document}/suggestions${rest}`;
  return {
    /** The oldest first; of those that are decided the latest hundred. */
    list: (site: string, document: string): Promise<SuggestionView[]> => request('GET', at(site, document)),
    /** Queues a rewrite. Nothing in the text changes before it is accepted. */
    ask: (site: string, document: string, rewrite: AskRewrite, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, document), { ...options, body: rewrite }),
    /** `over` is the `revision` of a text that has changed since: that one is kept as a version and overwritten. */
    accept: (site: string, document: string, suggestion: string, over?: string): Promise<SuggestionView> =>
      request('POST', at(site, document, `/${suggestion}/accept`), { body: over === undefined ? {} : { over } }),
    /** The text stays as it is. */
    reject: (site: string, document: string, suggestion: string): Promise<SuggestionView> =>
      request('POST', at(site, document, `/${suggestion}/reject`), { body: {} }),
  };
}
