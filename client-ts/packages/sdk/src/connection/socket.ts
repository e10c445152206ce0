/** The part of the WebSocket interface that we use: the browser's, `ws` in Node, or events and requests in its place. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** Makes a socket. */
export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** `https://host/base` → `wss://host/base/ws`. */
export function socketUrl(baseUrl: string): string {
  const base = baseUrl === '' ? globalThis.location?.origin : new URL(baseUrl, globalThis.location?.href).href;
  if (base === undefined) throw new Error('createClient needs a baseUrl outside a browser');
  return `${base.replace(/\/+$/, '').replace(/^http/, 'ws')}/ws`;
}

/** What a socket tells its connection, freed from event objects. */
export interface SocketEvents {
  open(): void;
  message(bytes: ArrayBuffer): void;
  /** A text message: never part of the protocol. */
  text(): void;
  close(code: number, reason: string): void;
}

/** Hears a socket; the function it returns lets go of it, after which none of the events comes. */
export function hearSocket(socket: SocketLike, events: SocketEvents): OpenSocket {
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.open();
  socket.onmessage = (event: { data: unknown }) => {
    if (event.data instanceof ArrayBuffer) events.message(event.data);
    else events.text();
  };
  socket.onclose = (event: { code: number; reason: string }) => events.close(event.code, event.reason);
  // `close` follows every error; the handler only keeps `ws` from throwing.
  socket.onerror = () => undefined;
  return { socket, release: (code) => releaseSocket(socket, code) };
}

export interface OpenSocket {
  socket: SocketLike;
  release: (code: number) => void;
}

function releaseSocket(socket: SocketLike, code: number): void {
  socket.onopen = null;
  socket.onmessage = null;
  socket.onclose = null;
  socket.onerror = () => undefined;
  socket.close(code);
}
