import { type ClientFrame, decodeFrame, encodeFrame, type ServerFrame, type StreamName, type StreamSnapshot } from '@igny8/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';

/** A server in this process: real sockets, the protocol as docs/PROTOCOL.md has it, one store of
 * positions and documents, and faults on demand. Its HTTP side is `fetch`. */
export class FakeServer {
  /** What was heard, in order. */
  readonly heard: ClientFrame[] = [];
  readonly requests: { method: string; path: string; headers: Headers; body: string }[] = [];
  readonly documents = new Map<string, Y.Doc>();
  /** The next answers of `fetch`, by path, before the usual ones. */
  readonly answers = new Map<string, (() => Response)[]>();
  /** Where site streams are; resumes are exact from `resumableFrom` on. */
  sequence = 1;
  resumableFrom = 1;
  snapshot: StreamSnapshot | null = null;
  writable = true;
  /** Holds back acknowledgements, and gives them when it is set to false again by `giveDurable`. */
  holdDurable = false;
  /** Looks at each frame first; true says that it is lost, answered or done with. */
  intercept: ((frame: ClientFrame, socket: WebSocket) => boolean) | null = null;
  /** How often each document update is delivered to the others. */
  copies: (update: Uint8Array) => number = () => 1;
  refuseTickets = 0;
  readonly #server: WebSocketServer;
  readonly #held: (() => void)[] = [];
  /** Which client id a socket has in which document. */
  readonly #introduced = new Map<WebSocket, Map<string, number>>();
  readonly #presences = new Map<string, Awareness>();
  readonly #rooms = new Map<string, Set<WebSocket>>();
  #tickets = new Set<string>();
  #count = 0;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());
      const ticket = offered.find((text) => text.startsWith('igny8.ticket.')) ?? '';
      // A ticket opens one socket.
      if (!this.#tickets.delete(ticket)) return socket.close(4401, 'ticket');
      socket.on('message', (data: Buffer) => this.#message(socket, decodeFrame<ClientFrame>(new Uint8Array(data))));
      socket.on('close', () => this.#leave(socket));
    });
  }

  static async start(): Promise<FakeServer> {
    const server = new WebSocketServer({ port: 0, path: '/ws', handleProtocols: () => 'igny8.v1' });
    await new Promise((resolve) => server.on('listening', resolve));
    return new FakeServer(server);
  }

  get baseUrl(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  get sockets(): number {
    return this.#server.clients.size;
  }

  async stop(): Promise<void> {
    this.killAll();
    for (const presence of this.#presences.values()) presence.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Cuts every line, as a crash does. */
  killAll(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  closeAll(code: number, reason = ''): void {
    for (const socket of this.#server.clients) socket.close(code, reason);
  }

  /** Says a frame to all who listen to a stream. */
  say(stream: StreamName, frame: ServerFrame): void {
    for (const socket of this.#rooms.get(roomOf(stream)) ?? []) send(socket, frame);
  }

  /** One event on a site's stream. */
  commit(site: string, events: Extract<ServerFrame, { type: 'events' }>['events']): void {
    this.sequence += 1;
    const stream = { kind: 'site' as const, id: site };
    this.say(stream, { type: 'events', at: { stream, position: this.#position() }, events });
  }

  document(id: string): Y.Doc {
    const document = this.documents.get(id) ?? new Y.Doc();
    this.documents.set(id, document);
    return document;
  }

  /** Who is in a document. */
  presence(id: string): Awareness {
    const presence = this.#presences.get(id) ?? new Awareness(new Y.Doc());
    if (!this.#presences.has(id)) presence.setLocalState(null);
    this.#presences.set(id, presence);
    return presence;
  }

  giveDurable(): void {
    this.holdDurable = false;
    for (const give of this.#held.splice(0)) give();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const request = { method: init?.method ?? 'GET', path: url.pathname + url.search, headers: new Headers(init?.headers), body: String(init?.body ?? '') };
    this.requests.push(request);
    const prepared = this.answers.get(url.pathname)?.shift();
    if (prepared !== undefined) return prepared();
    if (url.pathname === '/api/auth/ticket') return this.#ticket();
    if (['/api/auth/login', '/api/auth/refresh'].includes(url.pathname)) return Response.json(this.session());
    return problem(404, 'not_found');
  };

  session(token = `access-${++this.#count}`) {
    const tenant = (id: string) => ({ tenant: { id, name: id, plan: 'trial', created_at: 0 }, role: 'owner' as const });
    const account = { id: 'account-1', email: 'a@example.test', name: 'Ada' };
    return { access_token: token, expires_in: 900, refresh_token: null, account, memberships: [tenant('tenant-1'), tenant('tenant-2')] };
  }

  #ticket(): Response {
    if (this.refuseTickets > 0) {
      this.refuseTickets -= 1;
      return problem(503, 'unavailable');
    }
    const ticket = `ticket${++this.#count}`;
    this.#tickets.add(`igny8.ticket.${ticket}`);
    return Response.json({ ticket, expires_in: 60, tenant: 'tenant-1' });
  }

  #message(socket: WebSocket, frame: ClientFrame): void {
    this.heard.push(frame);
    if (this.intercept?.(frame, socket)) return;
    switch (frame.type) {
      case 'hello':
        return send(socket, { type: 'welcome', version: 1, server: 'fake', heartbeat_seconds: 20, frame_bytes_max: 1 << 21 });
      case 'ping':
        return send(socket, { type: 'pong', nonce: frame.nonce });
      case 'command':
        return send(socket, { type: 'done', ref: frame.ref });
      case 'subscribe':
        return this.#subscribe(socket, frame);
      case 'unsubscribe':
        this.#rooms.get(roomOf(frame.stream))?.delete(socket);
        return;
      case 'document_update':
        return this.#update(socket, frame);
      case 'document_sync': {
        const document = this.document(frame.document);
        const update = Y.encodeStateAsUpdate(document, frame.state_vector);
        return send(socket, { type: 'document_synced', document: frame.document, update, state_vector: Y.encodeStateVector(document) });
      }
      case 'awareness':
        this.#introduce(socket, frame.document, frame.update);
        return this.#others(socket, { kind: 'document', id: frame.document }, { type: 'awareness', document: frame.document, update: frame.update });
    }
  }

  #subscribe(socket: WebSocket, frame: Extract<ClientFrame, { type: 'subscribe' }>): void {
    const { stream, ref, position } = frame;
    const room = this.#rooms.get(roomOf(stream)) ?? new Set();
    this.#rooms.set(roomOf(stream), room.add(socket));
    const resumed = stream.kind !== 'document' && position !== null && position.sequence >= this.resumableFrom;
    const snapshot = stream.kind === 'document' ? this.#documentSnapshot(stream.id, frame.state_vector ?? undefined) : this.snapshot;
    send(socket, { type: 'subscribed', ref, at: { stream, position: this.#position() }, snapshot: resumed ? null : snapshot });
  }

  #documentSnapshot(id: string, vector?: Uint8Array): StreamSnapshot {
    const document = this.document(id);
    const update = Y.encodeStateAsUpdate(document, vector);
    const presence = this.presence(id);
    const awareness = encodeAwarenessUpdate(presence, [...presence.getStates().keys()]);
    return { kind: 'document', update, state_vector: Y.encodeStateVector(document), writable: this.writable, awareness };
  }

  #update(socket: WebSocket, frame: Extract<ClientFrame, { type: 'document_update' }>): void {
    const document = this.document(frame.document);
    const before = Y.encodeStateVector(document);
    const trial = new Y.Doc();
    Y.applyUpdate(trial, Y.encodeStateAsUpdate(document));
    Y.applyUpdate(trial, frame.update);
    if (trial.store.pendingStructs !== null) {
      return send(socket, { type: 'document_refused', document: frame.document, ref: frame.ref, code: 'gap', message: 'gap', state_vector: before });
    }
    Y.applyUpdate(document, frame.update);
    const stream = { kind: 'document' as const, id: frame.document };
    for (let copy = this.copies(frame.update); copy > 0; copy--) {
      this.#others(socket, stream, { type: 'document_update', document: frame.document, position: this.#position(), update: frame.update });
    }
    const durable = (): void => send(socket, { type: 'durable', document: frame.document, ref: frame.ref, position: this.#position() });
    if (this.holdDurable) this.#held.push(durable);
    else durable();
  }

  #introduce(socket: WebSocket, id: string, update: Uint8Array): void {
    const presence = this.presence(id);
    const learn = ({ added, updated }: { added: number[]; updated: number[] }): void => {
      const [client] = [...added, ...updated];
      if (client === undefined) return;
      this.#introduced.set(socket, (this.#introduced.get(socket) ?? new Map<string, number>()).set(id, client));
    };
    presence.on('update', learn);
    applyAwarenessUpdate(presence, update, socket);
    presence.off('update', learn);
  }

  #others(socket: WebSocket, stream: StreamName, frame: ServerFrame): void {
    for (const other of this.#rooms.get(roomOf(stream)) ?? []) if (other !== socket) send(other, frame);
  }

  /** A socket's presence ends with it. */
  #leave(socket: WebSocket): void {
    for (const [id, presence] of this.#presences) {
      const gone = this.#introduced.get(socket)?.get(id);
      if (gone === undefined) continue;
      removeAwarenessStates(presence, [gone], socket);
      const update = encodeAwarenessUpdate(presence, [gone]);
      this.#others(socket, { kind: 'document', id }, { type: 'awareness', document: id, update });
    }
    for (const room of this.#rooms.values()) room.delete(socket);
  }

  #position() {
    return { epoch: 1, sequence: this.sequence };
  }
}

export function send(socket: WebSocket, frame: ServerFrame): void {
  if (socket.readyState === socket.OPEN) socket.send(encodeFrame(frame));
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { type: 'about:blank', title: code, status, detail: `${code}.`, code, request_id: 'r1', errors: [] };
  return Response.json(body, { status, headers });
}

function roomOf(stream: StreamName): string {
  return `${stream.kind}:${stream.id}`;
}
