import type {
  ChangeCluster,
  ChangeIdea,
  ChangeKeywords,
  ClusterView,
  IdeaView,
  ImportMapping,
  ImportPreview,
  ImportReport,
  KeywordView,
  MakeIdeas,
  Page,
  PageQuery,
  Queued,
  Quote,
  QuoteRequest,
} from '@igny8/protocol';

import type { CallOptions, RawBody, Request } from './transport.js';

/** How lists are asked for: every field may be left out. */
export type ListQuery = Partial<PageQuery>;

/** What a quote is about: only the kind must be there. */
export type QuoteBody = Pick<QuoteRequest, 'kind'> & Partial<QuoteRequest>;

/** `/api/planner/sites/{site}`: keywords, clusters, ideas. */
export function plannerRoutes(request: Request) {
  const at = (site: string, rest: string): string => `/api/planner/sites/${site}/${rest}`;
  return {
    /** What an import would read; changes nothing. */
    previewImport: (site: string, file: RawBody, options?: CallOptions): Promise<ImportPreview> =>
      request('POST', at(site, 'imports/preview'), { ...options, raw: file }),
    /** Without a mapping the server's own proposal is used. */
    importKeywords: (site: string, file: RawBody, mapping?: readonly ImportMapping[], options?: CallOptions): Promise<ImportReport> =>
      request('POST', at(site, 'imports'), { ...options, raw: file, query: { mapping: mapping && mappingText(mapping) } }),
    keywords: (site: string, query: ListQuery = {}): Promise<Page<KeywordView>> => request('GET', at(site, 'keywords'), { query }),
    changeKeywords: (site: string, body: ChangeKeywords): Promise<void> => request('PATCH', at(site, 'keywords'), { body }),
    clusters: (site: string, query: ListQuery = {}): Promise<Page<ClusterView>> => request('GET', at(site, 'clusters'), { query }),
    changeCluster: (site: string, cluster: string, body: Partial<ChangeCluster>): Promise<ClusterView> =>
      request('PATCH', at(site, `clusters/${cluster}`), { body }),
    /** The clusters of `from` go into `cluster`. */
    mergeClusters: (site: string, cluster: string, from: readonly string[], options?: CallOptions): Promise<ClusterView> =>
      request('POST', at(site, `clusters/${cluster}/merge`), { ...options, body: { from } }),
    moveKeywords: (site: string, cluster: string, ids: readonly string[], options?: CallOptions): Promise<ClusterView> =>
      request('POST', at(site, `clusters/${cluster}/keywords`), { ...options, body: { ids } }),
    /** Queues a clustering task. */
    cluster: (site: string, options?: CallOptions): Promise<Queued> => request('POST', at(site, 'cluster'), { ...options, body: {} }),
    ideas: (site: string, query: ListQuery = {}): Promise<Page<IdeaView>> => request('GET', at(site, 'ideas'), { query }),
    makeIdeas: (site: string, body: Pick<MakeIdeas, 'clusters' | 'count'> & Partial<MakeIdeas>, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, 'ideas'), { ...options, body }),
    changeIdea: (site: string, idea: string, body: Partial<ChangeIdea>): Promise<IdeaView> =>
      request('PATCH', at(site, `ideas/${idea}`), { body }),
    /** What a run would cost; changes nothing. */
    quote: (site: string, body: QuoteBody): Promise<Quote> => request('POST', at(site, 'quote'), { body }),
  };
}

/** `column:field,column:field`, as `ImportQuery` wants it. */
export function mappingText(mapping: readonly ImportMapping[]): string {
  return mapping.map(({ column, field }) => `${column}:${field}`).join(',');
}
