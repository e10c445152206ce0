import type { ChangeDocument, ContentFormat, DocumentContent, DocumentView, Generate, Page, Queued, TaskView } from '@igny8/protocol';

import type { ListQuery } from './planner.js';
import type { CallOptions, Request } from './transport.js';

/** `/api/writer`: tasks and documents. */
export function writerRoutes(request: Request) {
  const at = (site: string, rest: string): string => `/api/writer/sites/${site}/${rest}`;
  return {
    /** One draft task per idea. */
    generate: (body: Omit<Generate, 'images'> & { images?: number }, options?: CallOptions): Promise<Queued> =>
      request('POST', '/api/writer/generate', { ...options, body }),
    tasks: (site: string, query: ListQuery = {}): Promise<Page<TaskView>> => request('GET', at(site, 'tasks'), { query }),
    task: (site: string, task: string): Promise<TaskView> => request('GET', at(site, `tasks/${task}`)),
    cancelTask: (site: string, task: string, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/cancel`), { ...options, body: {} }),
    retryTask: (site: string, task: string, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/retry`), { ...options, body: {} }),
    documents: (site: string, query: ListQuery = {}): Promise<Page<DocumentView>> => request('GET', at(site, 'documents'), { query }),
    /** An empty document for hand-written work. */
    createDocument: (site: string, title: string, options?: CallOptions): Promise<DocumentView> =>
      request('POST', at(site, 'documents'), { ...options, body: { title } }),
    document: (site: string, document: string): Promise<DocumentView> => request('GET', at(site, `documents/${document}`)),
    changeDocument: (site: string, document: string, body: Partial<ChangeDocument>): Promise<DocumentView> =>
      request('PATCH', at(site, `documents/${document}`), { body }),
    content: (site: string, document: string, format: ContentFormat = 'html'): Promise<DocumentContent> =>
      request('GET', at(site, `documents/${document}/content`), { query: { format } }),
    makeImages: (site: string, document: string, count: number, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, `documents/${document}/images`), { ...options, body: { count } }),
    reparse: (site: string, document: string, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, `documents/${document}/reparse`), { ...options, body: {} }),
  };
}
