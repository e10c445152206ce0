// The doors: our SDK by socket and by events, y-websocket's provider and HocuspocusProvider, each as it comes.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { type Client, type ClientFrame, type ClientOptions, decodeFrame, type OpenDocument } from '@igny8/sdk';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

import { Copy, Guest } from './guest.js';
import type { ClientPlan } from './plan.js';
import type { IsEdit } from './proxy.js';
import { pause, type World } from './world.js';

/** Sync, update: the numbers of y-protocols. */
const isUpdate = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0 && bytes[at + 1] === 2;
/** Before a client that was turned away asks again. */
const AGAIN_MS = 200;
/** Refusals of what a client may do, which plans bring about: roles and the ends of tickets. */
const EXPECTED_CLOSES: ReadonlySet<number> = new Set([4401, 4403]);

/** The same in words; and what a server says whose documents have stopped before its sockets have. */
const EXPECTED_DENIALS = /^(ticket|forbidden|revoked|try_again_later)/;

class Own extends Guest {
  #client: Client | null = null;
  readonly #open = new Map<number, OpenDocument>();

  protected readonly isEdit: IsEdit = (payload) => decodeFrame<ClientFrame>(payload).type === 'document_update';
  protected readonly transport: NonNullable<ClientOptions['transport']> = 'auto';
  /** What takes the place of sockets that do not open goes through the proxy, too. */
  readonly #fetch: typeof fetch = (input, init) => {
    const there = new URL(String(input));
    if (there.pathname.startsWith('/ws/')) there.host = this.proxy.host;
    return fetch(there, init);
  };

  protected override async prepare(): Promise<void> {
    const through = this.proxy.host;
    const Line = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        const there = new URL(url);
        there.host = through;
        super(there, protocols);
      }
    };
    const client = await this.world.signIn(this.member, Line, { transport: this.transport, fetch: this.#fetch });
    client.connection.status.subscribe(() => {
      if (client.connection.state === 'closed') this.world.beside(pause(AGAIN_MS).then(() => client.connection.start()));
    });
    this.#client = client;
  }

  protected override async open(document: number): Promise<void> {
    const client = this.#client as Client;
    const id = this.world.document(document).id as string;
    const open = client.documents.open(id);
    const copy = new Copy(this.world, this.number, document, open.ydoc);
    this.#open.set(document, open);
    this.copies.set(document, copy);
    const stop = open.provider.status.subscribe(() => {
      const { saved, refused, ended } = open.provider.status.getSnapshot();
      if (refused === null && ended === null) return saved ? copy.acknowledged('saved') : undefined;
      stop();
      const code = refused?.code ?? ended?.reason;
      if (code !== 'read_only' && code !== 'forbidden' && code !== 'revoked') this.world.faults.push(`client ${this.number}, document ${document}: ${code} ${refused?.message ?? ended?.message}`);
      // As a page that is loaded again: what was refused is not in it.
      this.world.beside(pause(AGAIN_MS).then(() => {
        client.documents.release(id);
        return this.open(document);
      }));
    });
  }

  override waitsFor(document: number): string | null {
    const { phase, saved, writable, unsaved } = (this.#open.get(document) as OpenDocument).provider.status.getSnapshot();
    return phase === 'synced' && saved && writable ? null : `${phase}, ${unsaved} unsaved, writable: ${writable}, line: ${this.#client?.connection.state}`;
  }

  override wake(): void {
    this.#client?.connection.retryNow();
  }
}

/** The same where sockets are cut: its frames go as events and requests. */
class Events extends Own {
  protected override readonly transport = 'sse';
}

class YWebsocket extends Guest {
  readonly #providers = new Map<number, WebsocketProvider>();
  #seconds: number | undefined;

  protected readonly isEdit = (payload: Uint8Array): boolean => isUpdate(payload, 0);

  protected override async open(document: number): Promise<void> {
    this.copies.set(document, new Copy(this.world, this.number, document, new Y.Doc()));
    await this.#join(document);
  }

  async #join(document: number): Promise<void> {
    const seconds = this.#seconds;
    this.#seconds = undefined;
    const { ticket, name } = await this.world.ticket(document, this.member, seconds);
    const { doc } = this.copies.get(document) as Copy;
    this.#providers.get(document)?.destroy();
    const provider = new WebsocketProvider(`ws://${this.proxy.host}/collab`, name, doc, { params: { ticket }, WebSocketPolyfill: WebSocket as never, disableBc: true });
    this.#providers.set(document, provider);
    provider.on('closed', ({ code, reason }) => {
      if (!EXPECTED_CLOSES.has(code)) this.world.faults.push(`client ${this.number}, document ${document}: ${code} ${reason}`);
      this.world.beside(pause(AGAIN_MS).then(() => this.#join(document)));
    });
  }

  override waitsFor(document: number): string | null {
    return this.#providers.get(document)?.synced === true ? null : 'not synced';
  }

  override shorten(seconds: number): void {
    this.#seconds = seconds;
    const [document] = this.#providers.keys();
    if (document !== undefined) this.world.beside(this.#join(document));
  }
}

class Hocuspocus extends Guest {
  #line: HocuspocusProviderWebsocket | null = null;
  readonly #providers = new Map<number, HocuspocusProvider>();
  #seconds: number | undefined;

  protected readonly isEdit = (payload: Uint8Array): boolean => isUpdate(payload, 1 + (payload[0] ?? 0));

  protected override async prepare(): Promise<void> {
    const soon = { delay: 50, minDelay: 50, maxDelay: 500 };
    this.#line = new HocuspocusProviderWebsocket({ url: `ws://${this.proxy.host}/collab`, WebSocketPolyfill: WebSocket, ...soon });
  }

  protected override async open(document: number): Promise<void> {
    const copy = new Copy(this.world, this.number, document, new Y.Doc());
    this.copies.set(document, copy);
    const { kind, id, name } = this.world.document(document);
    let isAsking = false;
    const again = async (): Promise<void> => {
      if (isAsking) return;
      isAsking = true;
      await pause(AGAIN_MS);
      isAsking = false;
      await provider.sendToken();
    };
    const provider: HocuspocusProvider = new HocuspocusProvider({
      name: kind === 'free' ? name : (id as string),
      document: copy.doc,
      websocketProvider: this.#line as HocuspocusProviderWebsocket,
      token: async () => {
        const seconds = this.#seconds;
        this.#seconds = undefined;
        return (await this.world.ticket(document, this.member, seconds)).ticket;
      },
      onAuthenticationFailed: ({ reason }) => {
        if (!EXPECTED_DENIALS.test(reason)) this.world.faults.push(`client ${this.number}, document ${document}: ${reason}`);
        this.world.beside(again());
      },
      onUnsyncedChanges: ({ number }) => {
        if (number === 0) copy.acknowledged('no unsynced changes');
      },
    });
    provider.attach();
    this.#providers.set(document, provider);
  }

  override waitsFor(document: number): string | null {
    const { synced, unsyncedChanges, isAuthenticated, authorizedScope } = this.#providers.get(document) as HocuspocusProvider;
    const isSettled = synced && isAuthenticated && unsyncedChanges === 0 && authorizedScope === 'read-write';
    return isSettled ? null : `synced: ${synced}, ${unsyncedChanges} unsynced, ${isAuthenticated ? authorizedScope : 'not authenticated'}`;
  }

  override shorten(seconds: number): void {
    this.#seconds = seconds;
    const [provider] = this.#providers.values();
    if (provider !== undefined) this.world.beside(provider.sendToken());
  }
}

export function guest(world: World, number: number, plan: ClientPlan): Guest {
  const doors = { own: Own, websocket: YWebsocket, hocuspocus: Hocuspocus, events: Events };
  return new doors[plan.door](world, number, plan);
}
