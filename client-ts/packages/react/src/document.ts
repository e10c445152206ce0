import { DocumentProvider, type DocumentStatus, warnBeforeUnload } from '@igny8/sdk';
import { useEffect, useState } from 'react';
import * as Y from 'yjs';

import { useClient } from './client.js';
import { useObservable } from './observable.js';

/** An open document: give `ydoc` to TipTap's Collaboration and `provider` to its carets. */
export interface OpenDocument {
  ydoc: Y.Doc;
  provider: DocumentProvider;
}

/** Opens a document while the component is there; null for the first moment. Asks before the page
 * is closed with unsaved edits. */
export function useDocument(document: string): OpenDocument | null {
  const client = useClient();
  const [open, setOpen] = useState<OpenDocument | null>(null);
  useEffect(() => {
    const ydoc = new Y.Doc();
    const provider = new DocumentProvider(client, document, ydoc);
    const stopWarning = warnBeforeUnload(provider.status);
    setOpen({ ydoc, provider });
    return () => {
      setOpen(null);
      stopWarning();
      provider.destroy();
      ydoc.destroy();
    };
  }, [client, document]);
  return open;
}

/** Synced, saved, refused. */
export function useDocumentStatus(provider: DocumentProvider): DocumentStatus {
  return useObservable(provider.status);
}
