import { Decoder, Encoder } from '@msgpack/msgpack';
import type { ClientFrame, ServerFrame, StreamEvent } from '@igny8/protocol';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer, type WebSocket } from 'ws';
import * as data from './data.js';
import { Room } from './room.js';
import { answer, COUNTS } from './route.js';

const DIST = fileURLToPath(new URL('../../apps/dashboard/dist', import.meta.url));
// The same as the server's: what breaks under it breaks here too.
const POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
// A grey pixel, stretched by the page.
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mOora3/DwAFhAKAjc3+YwAAAABJRU5ErkJggg==', 'base64');

/** The built dashboard with a workspace that exists only here: for looking at screens and trying
 * their states. It decides nothing; the main job runs against the real server. */
export class Stage {
  readonly rooms = new Map<string, Room>();
  /** Status and body for routes that answer otherwise. */
  readonly failures = new Map<RegExp, { status: number; body: unknown }>();
  /** Routes that never answer. */
  readonly silent: RegExp[] = [];
  readonly #site = new Set<(frame: ServerFrame) => void>();
  #sequence = 1;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;
  readonly #encoder = new Encoder({ ignoreUndefined: true });
  readonly #decoder = new Decoder();

  private constructor() {
    this.#http = createServer((request, response) => this.#serve(request, response));
    this.#sockets = new WebSocketServer({ server: this.#http, path: '/ws', handleProtocols: () => 'igny8.v1' });
    this.#sockets.on('connection', (socket) => this.#connect(socket));
  }

  static async start(): Promise<Stage> {
    const stage = new Stage();
    await new Promise<void>((resolve) => stage.#http.listen(0, '127.0.0.1', resolve));
    return stage;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  room(document: string): Room {
    const room = this.rooms.get(document) ?? new Room(document);
    this.rooms.set(document, room);
    return room;
  }

  /** Something happens at the site: all who listen hear of it. */
  say(...events: StreamEvent[]): void {
    this.#sequence += 1;
    for (const send of this.#site) send({ type: 'events', at: { stream: { kind: 'site', id: data.SITE.id }, position: { epoch: 1, sequence: this.#sequence } }, events });
  }

  /** Cuts every line; with `forGood` none comes back. */
  cut(forGood = false): void {
    if (forGood) this.failures.set(/ticket$/, { status: 503, body: { type: 'about:blank', title: 'Busy', status: 503, detail: 'The server is restarting.', code: 'unavailable', request_id: 'stage' } });
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async stop(): Promise<void> {
    // Listening ends first: a page that comes back meanwhile must not keep the server open.
    const closed = new Promise((resolve) => this.#http.close(resolve));
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#http.closeAllConnections();
    await closed;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://stage');
    const api = url.pathname.startsWith('/api/');
    if (api && this.silent.some((pattern) => pattern.test(url.pathname))) return;
    const failure = api && [...this.failures].find(([pattern]) => pattern.test(url.pathname))?.[1];
    if (failure) return this.#json(response, failure.status, failure.body);
    if (url.pathname === '/media/stage.png') return void response.setHeader('content-type', 'image/png').end(PIXEL);
    if (api || url.pathname === '/version') {
      const body = answer(request.method ?? 'GET', url.pathname, url.searchParams);
      return body === undefined ? this.#json(response, 204, undefined) : this.#json(response, 200, body);
    }
    const file = join(DIST, url.pathname);
    const found = extname(file) !== '' && existsSync(file) ? file : join(DIST, 'index.html');
    response.setHeader('content-type', TYPES[extname(found)] ?? 'application/octet-stream');
    response.setHeader('content-security-policy', POLICY);
    response.end(readFileSync(found));
  }

  #json(response: ServerResponse, status: number, body: unknown): void {
    response.statusCode = status;
    response.setHeader('content-type', status >= 400 ? 'application/problem+json' : 'application/json');
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  #connect(socket: WebSocket): void {
    const send = (frame: ServerFrame) => socket.send(this.#encoder.encode(frame));
    socket.on('message', (bytes: Buffer) => this.#hear(send, this.#decoder.decode(bytes) as ClientFrame));
    socket.on('close', () => {
      this.#site.delete(send);
      this.rooms.forEach((room) => room.leave(send));
    });
  }

  #hear(send: (frame: ServerFrame) => void, frame: ClientFrame): void {
    switch (frame.type) {
      case 'hello':
        return send({ type: 'welcome', version: 1, server: 'stage', heartbeat_seconds: 20, frame_bytes_max: 2_000_000 });
      case 'ping':
        return send({ type: 'pong', nonce: frame.nonce });
      case 'command':
        return send({ type: 'done', ref: frame.ref });
      case 'document_update':
        return this.room(frame.document).edit(send, frame.ref, frame.update);
      case 'awareness':
        return this.room(frame.document).presence(send, frame.update);
      case 'subscribe':
        return this.#subscribe(send, frame);
      default:
        return undefined;
    }
  }

  #subscribe(send: (frame: ServerFrame) => void, frame: Extract<ClientFrame, { type: 'subscribe' }>): void {
    if (frame.stream.kind === 'document') return this.room(frame.stream.id).join(send, frame);
    const at = { stream: frame.stream, position: { epoch: 1, sequence: 1 } };
    if (frame.stream.kind === 'tenant') {
      return send({ type: 'subscribed', ref: frame.ref, at, snapshot: { kind: 'tenant', tenant: data.TENANT, sites: [data.SITE, data.SECOND_SITE], balance: data.BALANCE } });
    }
    this.#site.add(send);
    send({ type: 'subscribed', ref: frame.ref, at, snapshot: { kind: 'site', site: data.SITE, counts: COUNTS, tasks: data.TASKS, balance: data.BALANCE } });
    const [first, second] = data.TASKS;
    if (first && second) send({ type: 'progress', site: data.SITE.id, tasks: [{ task: first.id, stage: 'writing', fraction: 0.62, words: 744 }, { task: second.id, stage: 'writing', fraction: 0.17, words: 190 }] });
  }
}
