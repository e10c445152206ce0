import type { ActivityPage, Authorship, Comparison, ContentFormat, RunView, VersionContent, VersionView } from '@igny8/protocol';

import type { CallOptions, Request } from './transport.js';

/** `/api/writer/sites/{site}/documents/{document}/…`: kept states of a document, and the AI runs that wrote in it. */
export function historyRoutes(request: Request) {
  const at = (site: string, document: string, rest: string): string => `/api/writer/sites/${site}/documents/${document}/${rest}`;
  return {
    /** The latest first. */
    versions: (site: string, document: string): Promise<VersionView[]> => request('GET', at(site, document, 'versions')),
    /** Keeps the document as it is now, under a name. */
    keep: (site: string, document: string, name: string, options?: CallOptions): Promise<VersionView> =>
      request('POST', at(site, document, 'versions'), { ...options, body: { name } }),
    rename: (site: string, document: string, version: string, name: string): Promise<VersionView> =>
      request('PATCH', at(site, document, `versions/${version}`), { body: { name } }),
    /** Forgets a version; one that was approved stays. */
    forget: (site: string, document: string, version: string): Promise<void> => request('DELETE', at(site, document, `versions/${version}`)),
    content: (site: string, document: string, version: string, format: ContentFormat = 'html'): Promise<VersionContent> =>
      request('GET', at(site, document, `versions/${version}/content`), { query: { format } }),
    /** What changed from a version to a later one, or to what is there now. */
    compare: (site: string, document: string, version: string, later?: string): Promise<Comparison> =>
      request('GET', at(site, document, `versions/${version}/comparison`), { query: { with: later } }),
    /** Makes the text what it was. What stood there becomes a version of its own. */
    restore: (site: string, document: string, version: string, options?: CallOptions): Promise<void> =>
      request('POST', at(site, document, `versions/${version}/restore`), { ...options, body: {} }),
    /** Who wrote what: spans of the text, and the table from Yjs client ids to authors. */
    authors: (site: string, document: string): Promise<Authorship> => request('GET', at(site, document, 'authors')),
    /** What happened, the latest first; `before` is the `next` of the page before. */
    activity: (site: string, document: string, query: { before?: string | undefined; limit?: number } = {}): Promise<ActivityPage> =>
      request('GET', at(site, document, 'activity'), { query }),
    runs: (site: string, document: string): Promise<RunView[]> => request('GET', at(site, document, 'runs')),
    /** Takes back what an AI run wrote; what people wrote into it stays. */
    undoRun: (site: string, document: string, run: string, options?: CallOptions): Promise<void> =>
      request('POST', at(site, document, `runs/${run}/undo`), { ...options, body: {} }),
  };
}
