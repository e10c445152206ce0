import { CLOSE_CODE, type ClientFrame, decodeFrame, encodeFrame, PROTOCOL_VERSION, type ServerFrame, SUBPROTOCOL, SUBPROTOCOL_TICKET_PREFIX } from '@igny8/protocol';

import { type Observable, State } from '../observable.js';
import { ProblemError } from '../problem.js';
import { backoffDelay } from './backoff.js';
import * as bound from './bound.js';
import { TransportChoice, type TransportKind } from './choice.js';
import { closeMeaning, isUnsaid } from './close.js';
import { type ConnectionEvent, type ConnectionState, nextState } from './machine.js';
import { hearSocket, type OpenSocket, type SocketConstructor, type SocketLike } from './socket.js';

/** What a screen may show of a connection. */
export interface ConnectionStatus {
  state: ConnectionState;
  /** Attempts since it was last stable. */
  attempts: number;
  /** While waiting: when the next attempt begins (milliseconds since 1970). */
  retryAt: number | null;
  /** Why it is not live, once something went wrong. */
  reason: { code: string; message: string } | null;
}

export interface ConnectionOptions {
  /** Where the socket is, such as `wss://example.test/ws`. */
  url: () => string;
  /** A fresh ticket; a `ProblemError` with status 401, 403 or 404 ends the connection. */
  fetchTicket: () => Promise<string>;
  socket: () => SocketConstructor | undefined;
  /** Opens a line of events with a ticket; absent where there are sockets alone. */
  fallback?: (ticket: string) => SocketLike;
  /** What carries the frames; by itself it is the socket, and events where sockets do not open. */
  transport?: TransportKind | 'auto';
  /** Name and version for the server's logs. */
  clientName: string;
  /** For tests: from 0 up to 1. */
  random?: () => number;
}

/** Who hears of frames and of the coming and going of the line. */
export interface ConnectionListener {
  live?(): void;
  lost?(): void;
  /** It is over, and is not tried again by itself: a right was lost, or the two do not understand each other. */
  refused?(reason: { code: string; message: string }): void;
  frame?(frame: ServerFrame): void;
}

/** One socket, kept alive. It knows no streams and no documents: `Streams` stands on it. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #status = new State<ConnectionStatus>({ state: 'idle', attempts: 0, retryAt: null, reason: null });
  readonly #listeners = new Set<ConnectionListener>();
  readonly #choice: TransportChoice;
  #socket: OpenSocket | null = null;
  #transport: TransportKind = 'websocket';
  /** Grows with each attempt: what an earlier one still delivers is recognised and ignored. */
  #attempt = 0;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #heartbeat: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #heartbeatMs = bound.HEARTBEAT_DEFAULT_MS;
  #frameBytesMax = Number.POSITIVE_INFINITY;
  /** When the server asked us to come back, once it has said that it ends. */
  #comeBackMs: number | null = null;
  #nonce = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const wanted = options.fallback === undefined ? 'websocket' : (options.transport ?? 'auto');
    this.#choice = new TransportChoice(wanted, () => options.socket() !== undefined);
  }

  /** Where the connection is, to be watched. */
  get status(): Observable<ConnectionStatus> {
    return this.#status;
  }

  get state(): ConnectionState {
    return this.#status.getSnapshot().state;
  }

  /** What the latest attempt was made with. */
  get transport(): TransportKind {
    return this.#transport;
  }

  /** The largest frame that the server takes, once it has said so. */
  get frameBytesMax(): number {
    return this.#frameBytesMax;
  }

  listen(listener: ConnectionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Connects, and goes on trying until `stop`. */
  start(): void {
    if (this.#move('start', { attempts: 0, reason: null })) void this.#open();
  }

  /** Ends the connection in peace. */
  stop(): void {
    if (this.#move('stop', { attempts: 0, retryAt: null, reason: null })) this.#letGo(1000);
  }

  /** Ends a wait early: the network is back, or a person pressed "try now". */
  retryNow(): void {
    if (this.#move('retry', { retryAt: null })) void this.#open();
  }

  /** Asks the server at once whether it is still there, instead of with the next heartbeat: the network may have
   * changed under the line. */
  probe(): void {
    if (!this.#ping()) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#fellSilent(), bound.PROBE_TIMEOUT_MS);
  }

  /** Starts anew with a fresh ticket: another tenant was chosen. */
  restart(): void {
    this.stop();
    this.start();
  }

  /** Sends a frame if the line is live; false otherwise: whoever sends must resume by itself. */
  send(frame: ClientFrame): boolean {
    if (this.state !== 'live' || this.#socket === null) return false;
    if (this.#socket.socket.bufferedAmount > bound.SEND_BUFFER_BYTES_MAX) {
      this.#lose('congested', 'The connection is too slow to send what was written.');
      return false;
    }
    this.#write(frame);
    return true;
  }

  async #open(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#after(bound.OPEN_TIMEOUT_MS, () => {
      if (attempt !== this.#attempt || this.state === 'live') return;
      if (this.state !== 'fetching_ticket') this.#choice.failed(this.#transport);
      this.#lose('open_timeout', 'The server did not answer in time.');
    });
    let ticket: string;
    try {
      ticket = await this.#options.fetchTicket();
    } catch (error) {
      if (attempt === this.#attempt) this.#ticketFailed(error);
      return;
    }
    if (attempt !== this.#attempt || !this.#move('ticket', {})) return;
    this.#connect(attempt, ticket);
  }

  #ticketFailed(error: unknown): void {
    const problem = error instanceof ProblemError ? error : null;
    // Another's workspace is none (R13): for whoever was in it, it says that they no longer are.
    if (problem?.status === 404) this.#refuse('revoked', closeMeaning(CLOSE_CODE.revoked).message);
    else if (problem !== null && [401, 403].includes(problem.status)) this.#refuse(problem.code, problem.detail);
    else this.#lose(problem?.code ?? 'ticket', problem?.detail ?? 'The connection could not be prepared.', problem?.retryAfter);
  }

  #connect(attempt: number, ticket: string): void {
    const current = (act: () => void): void => {
      if (attempt === this.#attempt) act();
    };
    this.#transport = this.#choice.next();
    try {
      this.#socket = hearSocket(this.#dial(ticket), {
        open: () => current(() => this.#greet()),
        message: (bytes) => current(() => this.#receive(bytes)),
        text: () => current(() => this.#refuse('malformed', 'The server sent something that is not of this protocol.')),
        close: (code, reason) => current(() => this.#closed(code, reason)),
      });
    } catch {
      this.#refuse('address', 'The address of the server is not usable.');
    }
  }

  #dial(ticket: string): SocketLike {
    const { fallback } = this.#options;
    if (this.#transport === 'sse' && fallback !== undefined) return fallback(ticket);
    const construct = this.#options.socket();
    if (construct === undefined) throw new Error('there is no WebSocket here');
    return new construct(this.#options.url(), [SUBPROTOCOL, SUBPROTOCOL_TICKET_PREFIX + ticket]);
  }

  #greet(): void {
    if (!this.#move('open', {})) return;
    this.#write({ type: 'hello', versions: [PROTOCOL_VERSION], client: this.#options.clientName, packed: true });
  }

  #receive(bytes: ArrayBuffer): void {
    let frame: ServerFrame;
    try {
      frame = decodeFrame(bytes);
    } catch {
      this.#refuse('malformed', 'The server sent something that is not of this protocol. Reload the page.');
      return;
    }
    this.#heard();
    if (this.state === 'greeting') this.#greeted(frame);
    else if (frame.type === 'closing') this.#comeBackMs = frame.retry_after_ms;
    else if (frame.type !== 'pong') this.#tell((listener) => listener.frame?.(frame));
  }

  #greeted(frame: ServerFrame): void {
    if (frame.type === 'problem') return this.#refuse(frame.code, frame.message);
    if (frame.type !== 'welcome' || frame.version !== PROTOCOL_VERSION) {
      return this.#refuse('version', 'This page and the server speak different versions. Reload it.');
    }
    this.#heartbeatMs = frame.heartbeat_seconds * 1000;
    this.#frameBytesMax = frame.frame_bytes_max;
    this.#clearTimers();
    this.#choice.worked(this.#transport);
    if (!this.#move('welcome', { reason: null, retryAt: null })) return;
    this.#beat();
    this.#after(bound.STABLE_AFTER_MS, () => this.#status.set({ ...this.#status.getSnapshot(), attempts: 0 }));
    this.#tell((listener) => listener.live?.());
  }

  /** One ping per heartbeat, whatever else flows: it tells the server that we live, and its answer
   * (or anything else heard) tells us the same of the server. */
  #beat(): void {
    this.#heartbeat = setTimeout(() => {
      if (!this.#ping()) return;
      this.#silence ??= setTimeout(() => this.#fellSilent(), bound.PONG_TIMEOUT_MS);
      this.#beat();
    }, this.#heartbeatMs);
  }

  #ping(): boolean {
    this.#nonce = (this.#nonce + 1) >>> 0;
    return this.send({ type: 'ping', nonce: this.#nonce });
  }

  #fellSilent(): void {
    this.#lose('silent', 'The server went silent.');
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #closed(code: number, reason: string): void {
    if (this.state !== 'live') {
      // What the server says itself has got through.
      if (isUnsaid(code)) this.#choice.failed(this.#transport);
      else this.#choice.worked(this.#transport);
    }
    const meaning = closeMeaning(code);
    if (meaning.event === 'refused') this.#refuse(meaning.name, reasonText(reason, meaning.message));
    else this.#lose(meaning.name, meaning.message, meaning.delayMinMs);
  }

  #lose(code: string, message: string, delayMinMs = 0): void {
    const { attempts } = this.#status.getSnapshot();
    const { RECONNECT_DELAY_BASE_MS: base, RECONNECT_DELAY_MAX_MS: max } = bound;
    // The server has drawn one for each of its sockets: it knows how many come back.
    const delay = this.#comeBackMs ?? Math.max(delayMinMs, backoffDelay(attempts, base, max, this.#options.random));
    const wasLive = this.state === 'live';
    if (!this.#move('lost', { attempts: attempts + 1, retryAt: Date.now() + delay, reason: { code, message } })) return;
    this.#letGo(1000, wasLive);
    this.#after(delay, () => this.retryNow());
  }

  #refuse(code: string, message: string): void {
    const wasLive = this.state === 'live';
    if (!this.#move('refused', { retryAt: null, reason: { code, message } })) return;
    this.#letGo(1000, wasLive);
    this.#tell((listener) => listener.refused?.({ code, message }));
  }

  /** Forgets the socket; listeners hear of it once. */
  #letGo(code: number, wasLive = true): void {
    this.#attempt += 1;
    this.#comeBackMs = null;
    this.#clearTimers();
    this.#socket?.release(code);
    this.#socket = null;
    if (wasLive) this.#tell((listener) => listener.lost?.());
  }

  #write(frame: ClientFrame): void {
    this.#socket?.socket.send(encodeFrame(frame));
  }

  #move(event: ConnectionEvent, change: Partial<ConnectionStatus>): boolean {
    const status = this.#status.getSnapshot();
    const state = nextState(status.state, event);
    if (state === undefined) return false;
    this.#status.set({ ...status, ...change, state });
    return true;
  }

  #tell(what: (listener: ConnectionListener) => void): void {
    for (const listener of [...this.#listeners]) what(listener);
  }

  #after(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#heartbeat);
    this.#heard();
  }
}

/** A reason is `name: text`; the name is for programs. */
function reasonText(reason: string, otherwise: string): string {
  const at = reason.indexOf(': ');
  return at < 0 ? otherwise : reason.slice(at + 2);
}
