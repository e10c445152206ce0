import type { ActivityPage, DocumentProvider, DocumentStatus, OpenDocument, Rest, SuggestionView, ThreadView } from '@igny8/sdk';
import { type InfiniteData, useInfiniteQuery, type UseInfiniteQueryResult, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { useClient } from './client.js';
import { useObservable } from './observable.js';
import { useRest } from './query.js';

export type { OpenDocument };

/** Opens a document while the component is there; null for the first moment. Give `ydoc` to
 * TipTap's Collaboration and `provider` to its carets. What is unsaved when the component goes is
 * still saved. */
export function useDocument(document: string): OpenDocument | null {
  const { documents } = useClient();
  const [open, setOpen] = useState<OpenDocument | null>(null);
  useEffect(() => {
    setOpen(documents.open(document));
    return () => {
      setOpen(null);
      documents.release(document);
    };
  }, [documents, document]);
  return open;
}

/** Synced, saved, refused. */
export function useDocumentStatus(provider: DocumentProvider): DocumentStatus {
  return useObservable(provider.status);
}

/** What is said about a document, the oldest thread first: read again whenever somebody says something, and when
 * the line is back. */
export function useThreads(site: string, document: string, provider: DocumentProvider): UseQueryResult<ThreadView[]> {
  return useBeside('threads', document, provider, (rest) => rest.comments.threads(site, document));
}

/** What is suggested for places of a document, the oldest first: read again like its threads. */
export function useSuggestions(site: string, document: string, provider: DocumentProvider): UseQueryResult<SuggestionView[]> {
  return useBeside('suggestions', document, provider, (rest) => rest.suggestions.list(site, document));
}

/** What happened in a document, the latest first, page by page: read again whenever something happens in its text, and
 * when `revision` changes, for what its site says of it. */
export function useActivity(
  site: string,
  document: string,
  provider: DocumentProvider,
  revision?: unknown,
): UseInfiniteQueryResult<InfiniteData<ActivityPage, string | undefined>> {
  const { rest, session } = useClient();
  useReadAgain('activity', document, provider, revision);
  return useInfiniteQuery({
    queryKey: ['igny8', session.tenant, 'activity', document],
    queryFn: ({ pageParam }) => rest.history.activity(site, document, { before: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** What stands beside the text: the document says when it has changed. */
function useBeside<T>(what: string, document: string, provider: DocumentProvider, read: (rest: Rest) => Promise<T>): UseQueryResult<T> {
  useReadAgain(what, document, provider);
  return useRest([what, document], read);
}

function useReadAgain(what: string, document: string, provider: DocumentProvider, other?: unknown): void {
  const { session } = useClient();
  const queries = useQueryClient();
  const revision = useObservable(provider.comments);
  const { tenant } = session;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['igny8', tenant, what, document] });
  }, [queries, tenant, what, document, revision, other]);
}
