import type {
  BatchView,
  ChangeDocument,
  ChangeTasks,
  ContentFormat,
  ContentReplaced,
  DocumentContent,
  DocumentView,
  FreeDocumentView,
  Generate,
  NewBatch,
  NewDocument,
  Page,
  Queued,
  RawAnswer,
  Replayed,
  ReplayDead,
  ReplayTask,
  TaskView,
} from '@igny8/protocol';

import type { ListQuery } from './planner.js';
import type { CallOptions, Request } from './transport.js';

const MEDIA_TYPE = { html: 'text/html', markdown: 'text/markdown', json: 'application/json' } as const satisfies Partial<
  Record<ContentFormat, string>
>;

/** The forms in which a text is handed in; `json` is what TipTap's `getJSON` gives, as a string. */
export type PutFormat = keyof typeof MEDIA_TYPE;

/** `/api/writer`: tasks and documents. */
export function writerRoutes(request: Request) {
  const at = (site: string, rest: string): string => `/api/writer/sites/${site}/${rest}`;
  return {
    /** One draft task per idea. */
    generate: (body: Pick<Generate, 'site' | 'ideas'> & Partial<Generate>, options?: CallOptions): Promise<Queued> =>
      request('POST', '/api/writer/generate', { ...options, body }),
    tasks: (site: string, query: ListQuery = {}): Promise<Page<TaskView>> => request('GET', at(site, 'tasks'), { query }),
    task: (site: string, task: string): Promise<TaskView> => request('GET', at(site, `tasks/${task}`)),
    cancelTask: (site: string, task: string, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/cancel`), { ...options, body: {} }),
    retryTask: (site: string, task: string, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/retry`), { ...options, body: {} }),
    /** An ended task again, with changes. */
    replayTask: (site: string, task: string, body: Partial<ReplayTask> = {}, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/replay`), { ...options, body }),
    /** Holds a task up that waits. */
    pauseTask: (site: string, task: string, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/pause`), { ...options, body: {} }),
    resumeTask: (site: string, task: string, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/resume`), { ...options, body: {} }),
    /** Waiting tasks first, last or off: at most 500. */
    changeTasks: (site: string, body: Pick<ChangeTasks, 'tasks'> & Partial<ChangeTasks>, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, 'tasks/change'), { ...options, body }),
    /** Ended tasks that are no longer at hand, from the log: at most 31 days and 100 tasks; `after` is the last of the page before. */
    keptTasks: (site: string, query: { from: number; until: number; after?: string }): Promise<TaskView[]> =>
      request('GET', at(site, 'tasks/kept'), { query }),
    /** Up to 10,000 tasks, watched and steered as one. */
    createBatch: (site: string, body: Pick<NewBatch, 'title' | 'work'> & Partial<NewBatch>, options?: CallOptions): Promise<BatchView> =>
      request('POST', at(site, 'batches'), { ...options, body }),
    batches: (site: string, query: ListQuery = {}): Promise<Page<BatchView>> => request('GET', at(site, 'batches'), { query }),
    batch: (site: string, batch: string): Promise<BatchView> => request('GET', at(site, `batches/${batch}`)),
    cancelBatch: (site: string, batch: string, options?: CallOptions): Promise<BatchView> =>
      request('POST', at(site, `batches/${batch}/cancel`), { ...options, body: {} }),
    pauseBatch: (site: string, batch: string, options?: CallOptions): Promise<BatchView> =>
      request('POST', at(site, `batches/${batch}/pause`), { ...options, body: {} }),
    resumeBatch: (site: string, batch: string, options?: CallOptions): Promise<BatchView> =>
      request('POST', at(site, `batches/${batch}/resume`), { ...options, body: {} }),
    /** Tasks that ended without success and wait for a person; `status` filters by the code of the failure. */
    deadLetters: (site: string, query: ListQuery = {}): Promise<Page<TaskView>> => request('GET', at(site, 'dead-letters'), { query }),
    /** How many of each failure. */
    deadReasons: (site: string): Promise<Record<string, number>> => request('GET', at(site, 'dead-letters/reasons')),
    replayDead: (site: string, body: Partial<ReplayDead> = {}, options?: CallOptions): Promise<Replayed> =>
      request('POST', at(site, 'dead-letters/replay'), { ...options, body }),
    discardDead: (site: string, tasks: string[], options?: CallOptions): Promise<void> =>
      request('POST', at(site, 'dead-letters/discard'), { ...options, body: { tasks } }),
    /** What the model answered. */
    answer: (site: string, task: string): Promise<RawAnswer> => request('GET', at(site, `tasks/${task}/answer`)),
    /** A person's answer in the model's place. */
    submitAnswer: (site: string, task: string, answer: string, options?: CallOptions): Promise<TaskView> =>
      request('POST', at(site, `tasks/${task}/answer`), { ...options, body: { answer } }),
    documents: (site: string, query: ListQuery = {}): Promise<Page<DocumentView>> => request('GET', at(site, 'documents'), { query }),
    /** Documents of any Yjs content, under the names of their rooms. */
    freeDocuments: (site: string, query: ListQuery = {}): Promise<Page<FreeDocumentView>> =>
      request('GET', at(site, 'free-documents'), { query }),
    /** Made once: one of this name that is there already is the answer. */
    createFreeDocument: (site: string, name: string, options?: CallOptions): Promise<FreeDocumentView> =>
      request('POST', at(site, 'free-documents'), { ...options, body: { name } }),
    deleteFreeDocument: (site: string, document: string): Promise<void> =>
      request('DELETE', at(site, `free-documents/${document}`)),
    /** A document for hand-written work, with or without a text to begin with. */
    createDocument: (site: string, title: string, options?: CallOptions, text?: Partial<Omit<NewDocument, 'title'>>): Promise<DocumentView> =>
      request('POST', at(site, 'documents'), { ...options, body: { title, ...text } }),
    document: (site: string, document: string): Promise<DocumentView> => request('GET', at(site, `documents/${document}`)),
    changeDocument: (site: string, document: string, body: Partial<ChangeDocument>): Promise<DocumentView> =>
      request('PATCH', at(site, `documents/${document}`), { body }),
    content: (site: string, document: string, format: ContentFormat = 'html'): Promise<DocumentContent> =>
      request('GET', at(site, `documents/${document}/content`), { query: { format } }),
    /** Makes another text the document's: what differs is changed, what stood there is kept as a version. `over` is the
     * `revision` of the text that it was made from: one of another revision is not overwritten (412 `content_changed`). */
    putContent: (site: string, document: string, format: PutFormat, text: string, over?: string): Promise<ContentReplaced> =>
      request('PUT', at(site, `documents/${document}/content`), {
        raw: { content: text, contentType: MEDIA_TYPE[format] },
        ifMatch: over === undefined ? undefined : `"${over}"`,
      }),
    makeImages: (site: string, document: string, count: number, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, `documents/${document}/images`), { ...options, body: { count } }),
    reparse: (site: string, document: string, options?: CallOptions): Promise<Queued> =>
      request('POST', at(site, `documents/${document}/reparse`), { ...options, body: {} }),
  };
}
