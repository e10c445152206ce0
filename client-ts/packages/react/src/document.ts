import type { DocumentProvider, DocumentStatus, OpenDocument, ThreadView } from '@igny8/sdk';
import { useQueryClient, type UseQueryResult } from '@tanstack/react-query';
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
  const { session } = useClient();
  const queries = useQueryClient();
  const revision = useObservable(provider.comments);
  const { tenant } = session;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['igny8', tenant, 'threads', document] });
  }, [queries, tenant, document, revision]);
  return useRest(['threads', document], (rest) => rest.comments.threads(site, document));
}
