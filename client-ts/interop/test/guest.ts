// Clients that nobody here wrote: the providers as npm has them, and what they show of an end.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

import { holds, type Server, type Ticket } from './server.js';

const open: { destroy(): void }[] = [];

/** Ends with the test. */
export function kept<T extends { destroy(): void }>(one: T): T {
  open.push(one);
  return one;
}

/** Ends all of a test; the latest first, since providers stand on sockets. */
export function destroyAll(): void {
  for (const one of open.splice(0).reverse()) one.destroy();
}

const address = (server: Server): string => `${server.address.replace('http', 'ws')}/collab`;

/** y-websocket's provider. */
export function websocket(server: Server, ticket: Ticket, doc = new Y.Doc()) {
  const options = { params: { ticket: ticket.ticket }, WebSocketPolyfill: WebSocket as never, disableBc: true };
  const provider = kept(new WebsocketProvider(address(server), ticket.name, doc, options));
  const closed: { code: number; reason: string }[] = [];
  provider.on('closed', (event) => void closed.push(event));
  return { doc, provider, closed };
}

/** A socket for many documents. It comes back sooner than it does by default: tests wait for it. */
export function socket(server: Server): HocuspocusProviderWebsocket {
  const soon = { delay: 50, minDelay: 50, maxDelay: 500 };
  return kept(new HocuspocusProviderWebsocket({ url: address(server), WebSocketPolyfill: WebSocket, ...soon }));
}

interface Wishes {
  doc?: Y.Doc;
  token?: string | (() => Promise<string>);
  sessionAwareness?: boolean;
}

/** HocuspocusProvider, with one document on a socket. */
export function hocuspocus(websocketProvider: HocuspocusProviderWebsocket, ticket: Ticket, wishes: Wishes = {}) {
  const { doc = new Y.Doc(), token = ticket.ticket, sessionAwareness = false } = wishes;
  const denied: string[] = [];
  const closed: string[] = [];
  const counts: number[] = [];
  const provider = kept(
    new HocuspocusProvider({
      name: ticket.name,
      document: doc,
      token,
      websocketProvider,
      sessionAwareness,
      onAuthenticationFailed: ({ reason }) => void denied.push(reason),
      onClose: ({ event }) => void closed.push(event.reason),
      onUnsyncedChanges: ({ number }) => void counts.push(number),
    }),
  );
  provider.attach();
  return { doc, provider, denied, closed, counts };
}

/** Waits until all have what the server has, and the server what they have. */
export async function synced(...clients: { provider: WebsocketProvider | HocuspocusProvider }[]): Promise<void> {
  await holds('all are synced', () => clients.every(({ provider }) => provider.synced && !('unsyncedChanges' in provider && provider.hasUnsyncedChanges)));
}

export const notes = (doc: Y.Doc): Y.Text => doc.getText('notes');

export function paragraph(doc: Y.Doc, text: string): void {
  const block = new Y.XmlElement('paragraph');
  block.insert(0, [new Y.XmlText(text)]);
  const article = doc.getXmlFragment('default');
  article.insert(article.length, [block]);
}

export const article = (doc: Y.Doc): string => doc.getXmlFragment('default').toString();

/** The names that clients put into their presence, in order. */
export function names({ provider }: { provider: { awareness: unknown } }): string {
  const { getStates } = provider.awareness as { getStates(): Map<number, Record<string, unknown>> };
  const states = [...getStates.call(provider.awareness).values()];
  return states.map((state) => (state['user'] as { name?: string } | undefined)?.name ?? '').sort().join(' ').trim();
}
