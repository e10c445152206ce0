import { SSE_FOR_MS, SOCKET_FAILURES_MAX } from './bound.js';

/** What carries the frames: a WebSocket, or events and requests (`/ws/fallback`). */
export type TransportKind = 'websocket' | 'sse';

/** Which the next attempt takes. Some proxies let HTTP through and cut WebSockets: where those do not open, although
 * the ticket was fetched just before, the frames go by events for a while. */
export class TransportChoice {
  readonly #wanted: TransportKind | 'auto';
  readonly #hasSocket: () => boolean;
  /** Sockets in a row that did not open. */
  #failures = 0;
  /** Until then sockets are not tried (milliseconds since 1970). */
  #sseUntil = 0;

  constructor(wanted: TransportKind | 'auto', hasSocket: () => boolean) {
    this.#wanted = wanted;
    this.#hasSocket = hasSocket;
  }

  next(): TransportKind {
    if (this.#wanted !== 'auto') return this.#wanted;
    return Date.now() < this.#sseUntil || !this.#hasSocket() ? 'sse' : 'websocket';
  }

  /** The server was heard by it, whatever it said. */
  worked(kind: TransportKind): void {
    this.#failures = 0;
    if (kind === 'sse') this.#sseUntil = Date.now() + SSE_FOR_MS;
  }

  /** It did not reach the server. */
  failed(kind: TransportKind): void {
    if (kind === 'sse') {
      // It is no better: the socket has its turn again.
      this.#sseUntil = 0;
      return;
    }
    this.#failures += 1;
    if (this.#failures < SOCKET_FAILURES_MAX) return;
    this.#failures = 0;
    this.#sseUntil = Date.now() + SSE_FOR_MS;
  }
}
