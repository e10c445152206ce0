import type { Placement, Queued, QueueWork, Session as SessionAnswer, SocketCommand, StreamName } from '@igny8/protocol';

import type { TransportKind } from './connection/choice.js';
import { Connection } from './connection/connection.js';
import { type FallbackHttp, FallbackSocket } from './connection/fallback.js';
import { type SocketConstructor, socketUrl } from './connection/socket.js';
import { type StreamListener, Streams, type Subscription } from './connection/streams.js';
import { Keeper } from './document/keeper.js';
import { DocumentPool } from './document/pool.js';
import { EditStore } from './document/store.js';
import { ProblemError } from './problem.js';
import { type Rest, restRoutes } from './rest/rest.js';
import { Transport } from './rest/transport.js';
import { Session, type TokenStorage } from './session.js';
import { SiteStore, TenantStore } from './site/store.js';

export interface ClientOptions {
  /** Where the server is, such as `https://app.example.test`; empty in a browser: where the page came from. */
  baseUrl: string;
  fetch?: typeof fetch;
  /** For programs: where the refresh token rests. Browsers leave it out: theirs is an HttpOnly cookie. */
  tokens?: TokenStorage;
  /** For programs on Node before 22: the class from `ws`. */
  WebSocket?: SocketConstructor;
  /** What carries live frames: `websocket`, `sse` (events and requests, where proxies cut sockets), or `auto`: the
   * socket, and events where it does not open. */
  transport?: TransportKind | 'auto';
  /** Where edits that are not saved yet outlive the page: the browser's `indexedDB` unless another is given; null
   * keeps nothing. */
  indexedDB?: IDBFactory | null;
  /** Name and version for the server's logs. */
  name?: string;
}

/** How work is queued. */
export interface QueueOptions {
  /** Priority, time, unique key. */
  placement?: Partial<Placement>;
  /** The same key twice is done once, and answered alike. */
  idempotencyKey?: string;
}

const UNPLACED: Placement = { priority: null, not_before: null, unique_key: null, unique_seconds: null };

/** Everything of one IGNY8 server: REST, the session, one socket, live stores. */
export interface Client {
  readonly session: Session;
  readonly rest: Rest;
  /** The socket. It is up while someone is signed in to a tenant. */
  readonly connection: Connection;
  /** Listens to a stream over all losses of the line. */
  subscribe(stream: StreamName, listener: StreamListener): Subscription;
  /** Does over the socket what REST does as well. */
  command(command: SocketCommand): Promise<void>;
  /** Queues work over the socket, as its REST route does. A key counts once: after a loss of the line
   * the work is sent again under the same one, which is drawn here if none is given. */
  queue(site: string, work: QueueWork, options?: QueueOptions): Promise<Queued>;
  /** The live state of a site; the same store for everyone who asks. */
  site(site: string): SiteStore;
  /** The live state of a tenant. */
  tenant(tenant: string): TenantStore;
  /** Documents that are open on screens. */
  readonly documents: DocumentPool;
  /** True if a logout would lose edits: unsaved ones on this page, or kept ones on this device. */
  hasUnsaved(): Promise<boolean>;
  /** Ends the socket and all subscriptions. */
  close(): void;
}

/** Makes a client. It sends nothing until `session.restore`, a login or a sign-up. */
export function createClient(options: ClientOptions): Client {
  const transport = new Transport(options.baseUrl, options.fetch ?? ((input, init) => globalThis.fetch(input, init)));
  const session = new Session((path, body) => transport.anonymous<SessionAnswer>('POST', `/api/auth/${path}`, { body }), options.tokens ?? null);
  const rest = restRoutes((method, path, request) => transport.request(session, method, path, request));
  const connection = new Connection({
    url: () => socketUrl(options.baseUrl),
    fetchTicket: async () => (await rest.auth.ticket(tenantOf(session))).ticket,
    socket: () => options.WebSocket ?? (globalThis.WebSocket as unknown as SocketConstructor | undefined),
    fallback: (ticket) => new FallbackSocket(fallbackHttp(transport, session), ticket),
    transport: options.transport ?? 'auto',
    clientName: options.name ?? 'igny8-sdk/0.1.0',
  });
  const factory = options.indexedDB === undefined ? (globalThis.indexedDB as IDBFactory | undefined) : options.indexedDB;
  const store = factory ? new EditStore(factory, `igny8 ${options.baseUrl}`) : null;
  return new LiveClient(session, rest, connection, store);
}

function fallbackHttp(transport: Transport, session: Session): FallbackHttp {
  const path = '/ws/fallback';
  return {
    open: (ticket, signal) =>
      transport.askAnonymous('POST', path, { headers: { accept: 'text/event-stream', 'x-igny8-ticket': ticket }, isEndless: true, signal }),
    post: (line, number, frames, signal) => {
      const raw = { content: frames, contentType: 'application/octet-stream' };
      return transport.ask(session, 'POST', `${path}/${line}`, { headers: { 'x-igny8-number': String(number) }, raw, signal });
    },
  };
}

function tenantOf(session: Session): string {
  const { tenant } = session;
  if (tenant !== null) return tenant;
  throw new ProblemError({ code: 'signed_out', status: 401, title: 'Signed out', detail: 'Sign in to go on.' });
}

class LiveClient implements Client {
  readonly session: Session;
  readonly rest: Rest;
  readonly connection: Connection;
  readonly documents: DocumentPool = new DocumentPool(this, (document) => (changed) => this.#keeper(document, changed));
  readonly #store: EditStore | null;
  readonly #streams: Streams;
  readonly #sites = new Map<string, SiteStore>();
  readonly #tenants = new Map<string, TenantStore>();
  readonly #stops: (() => void)[] = [];
  #tenant: string | null = null;

  constructor(session: Session, rest: Rest, connection: Connection, store: EditStore | null) {
    this.session = session;
    this.rest = rest;
    this.connection = connection;
    this.#store = store;
    if (store !== null) session.forgetAtLogout((account) => store.erase(account).catch(() => undefined));
    this.#streams = new Streams(connection);
    this.#stops.push(session.subscribe(() => this.#follow()), whenNetworkChanges(() => {
      connection.retryNow();
      connection.probe();
    }));
    this.#follow();
  }

  subscribe(stream: StreamName, listener: StreamListener): Subscription {
    return this.#streams.subscribe(stream, listener);
  }

  async command(command: SocketCommand): Promise<void> {
    await this.#streams.command(command);
  }

  async queue(site: string, work: QueueWork, options: QueueOptions = {}): Promise<Queued> {
    const key = options.idempotencyKey ?? crypto.randomUUID();
    const placement = options.placement === undefined ? null : { ...UNPLACED, ...options.placement };
    const tasks = await this.#streams.command({ name: 'queue_work', site, work, placement, idempotency_key: key });
    return { tasks };
  }

  site(site: string): SiteStore {
    return kept(this.#sites, site, () => new SiteStore(this.#streams, site));
  }

  tenant(tenant: string): TenantStore {
    return kept(this.#tenants, tenant, () => new TenantStore(this.#streams, tenant));
  }

  async hasUnsaved(): Promise<boolean> {
    if (!this.documents.getSnapshot().saved) return true;
    const state = this.session.getSnapshot();
    if (this.#store === null || state.status !== 'signed_in') return false;
    // Where nothing can be read, nothing can be lost.
    return (await this.#store.count(state.account.id).catch(() => 0)) > 0;
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#leave('closed', 'The client was closed.');
  }

  #keeper(document: string, changed: () => void): Keeper | null {
    const state = this.session.getSnapshot();
    if (this.#store === null || state.status !== 'signed_in') return null;
    return new Keeper(this.#store, state.account.id, document, changed);
  }

  /** A socket belongs to one tenant: with another one, or none, everything begins anew. */
  #follow(): void {
    const { tenant } = this.session;
    if (tenant === this.#tenant) return;
    if (this.#tenant !== null) this.#leave('signed_out', 'Another workspace was chosen, or you signed out.');
    this.#tenant = tenant;
    if (tenant !== null) this.connection.start();
  }

  #leave(reason: string, message: string): void {
    this.#streams.endAll({ reason, message });
    this.connection.stop();
    this.#sites.clear();
    this.#tenants.clear();
  }
}

function kept<T>(map: Map<string, T>, id: string, make: () => T): T {
  const found = map.get(id) ?? make();
  map.set(id, found);
  return found;
}

/** Browsers say when the network goes and comes, and when someone looks again at a tab whose timers were slowed
 * down; elsewhere the heartbeat has to do. */
function whenNetworkChanges(act: () => void): () => void {
  if (typeof globalThis.document === 'undefined') return () => undefined;
  const seen = (): void => {
    if (document.visibilityState === 'visible') act();
  };
  globalThis.addEventListener('online', act);
  globalThis.addEventListener('offline', act);
  document.addEventListener('visibilitychange', seen);
  return () => {
    globalThis.removeEventListener('online', act);
    globalThis.removeEventListener('offline', act);
    document.removeEventListener('visibilitychange', seen);
  };
}
