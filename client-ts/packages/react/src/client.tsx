import { type Client, warnBeforeUnload } from '@igny8/sdk';
import { createContext, type ReactNode, useContext, useEffect } from 'react';

const ClientContext = createContext<Client | null>(null);

/** Puts a client (from `createClient`) at the disposal of all hooks below. Stand it inside a `QueryClientProvider`.
 * While a document has unsaved edits, the browser asks before the page is closed. */
export function ClientProvider({ client, children }: { client: Client; children: ReactNode }) {
  useEffect(() => warnBeforeUnload(client.documents), [client]);
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** The client. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('useClient needs a ClientProvider above it');
  return client;
}
