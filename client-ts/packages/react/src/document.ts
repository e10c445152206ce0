import type { DocumentProvider, DocumentStatus, OpenDocument } from '@igny8/sdk';
import { useEffect, useState } from 'react';

import { useClient } from './client.js';
import { useObservable } from './observable.js';

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
