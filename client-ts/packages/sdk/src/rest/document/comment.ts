import type { BeginThread, ChangeComment, ThreadView, WriteComment } from '@igny8/protocol';

import type { Request } from '../transport.js';

/** `/api/writer/sites/{site}/documents/{document}/threads`: comments on places of the text. Ids are UUIDs that the
 * client makes, so that whatever is sent twice is done once. */
export function commentRoutes(request: Request) {
  const at = (site: string, document: string, rest = ''): string => `/api/writer/sites/${site}/documents/${document}/threads${rest}`;
  return {
    /** The oldest first, the resolved ones included. */
    threads: (site: string, document: string): Promise<ThreadView[]> => request('GET', at(site, document)),
    /** Puts the mark on the text and begins the thread, both or neither. */
    begin: (site: string, document: string, thread: BeginThread): Promise<ThreadView> => request('POST', at(site, document), { body: thread }),
    /** Deletes a thread with its comments and its mark. */
    deleteThread: (site: string, document: string, thread: string): Promise<void> => request('DELETE', at(site, document, `/${thread}`)),
    /** A thread that was resolved is open again. */
    reply: (site: string, document: string, thread: string, comment: WriteComment): Promise<ThreadView> =>
      request('POST', at(site, document, `/${thread}/comments`), { body: comment }),
    /** One's own. */
    change: (site: string, document: string, thread: string, comment: string, change: ChangeComment): Promise<ThreadView> =>
      request('PATCH', at(site, document, `/${thread}/comments/${comment}`), { body: change }),
    /** One's own; owners and admins anybody's. */
    deleteComment: (site: string, document: string, thread: string, comment: string): Promise<ThreadView> =>
      request('DELETE', at(site, document, `/${thread}/comments/${comment}`)),
    resolve: (site: string, document: string, thread: string): Promise<ThreadView> =>
      request('POST', at(site, document, `/${thread}/resolve`), { body: {} }),
    reopen: (site: string, document: string, thread: string): Promise<ThreadView> =>
      request('POST', at(site, document, `/${thread}/reopen`), { body: {} }),
  };
}
