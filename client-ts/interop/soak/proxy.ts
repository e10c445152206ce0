// A line between a client and the server that can be cut, frozen and slowed down, and on which
// messages of edits come twice or late.
import { createServer, connect, type AddressInfo, type Server as Listener, type Socket } from 'node:net';

import { Frames } from './frame.js';

/** A slow reader gets so much a second: a few edits, far less than a document. */
const SLOW_BYTES_PER_SECOND = 4_096;
/** An edit that waits for a later one to overtake it waits no longer. */
const HOLD_MS = 300;

export type Fault = 'twice' | 'hold';

/** Is this message an edit? What else clients say has its order for good reasons. */
export type IsEdit = (payload: Uint8Array) => boolean;

export class Proxy {
  /** Cuts so far, by whatever. */
  static cuts = 0;
  readonly #listener: Listener;
  readonly #lines = new Set<Line>();
  #isOffline = false;
  #fault: Fault | null = null;
  readonly isEdit: IsEdit;

  private constructor(target: () => URL, isEdit: IsEdit) {
    this.isEdit = isEdit;
    this.#listener = createServer((client) => {
      if (this.#isOffline) return void client.destroy();
      const { hostname, port } = target();
      const line = new Line(client, connect(Number(port), hostname), this);
      this.#lines.add(line);
      line.over = () => this.#lines.delete(line);
    });
  }

  static async listen(target: () => URL, isEdit: IsEdit): Promise<Proxy> {
    const proxy = new Proxy(target, isEdit);
    await new Promise<void>((resolve) => proxy.#listener.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  get fault(): Fault | null {
    return this.#fault;
  }

  /** False once everything that was on its way has arrived or is lost. */
  get isBusy(): boolean {
    return this.#lines.size > 0;
  }

  cut(): void {
    for (const line of this.#lines) {
      Proxy.cuts += 1;
      line.end();
    }
  }

  offline(isOffline: boolean): void {
    this.#isOffline = isOffline;
    if (isOffline) this.cut();
  }

  /** Lets nobody in, but what the server said last arrives. */
  refuse(): void {
    this.#isOffline = true;
  }

  freeze(isFrozen: boolean): void {
    for (const line of this.#lines) line.freeze(isFrozen);
  }

  slow(isSlow: boolean): void {
    for (const line of this.#lines) line.slow(isSlow ? SLOW_BYTES_PER_SECOND : null);
  }

  disturb(fault: Fault | null): void {
    this.#fault = fault;
  }

  heal(): void {
    this.offlineEnds();
    this.disturb(null);
    this.freeze(false);
    this.slow(false);
  }

  offlineEnds(): void {
    this.#isOffline = false;
  }

  close(): void {
    this.offline(true);
    this.#listener.close();
  }
}

/** Both directions of one connection. */
class Line {
  over: () => void = () => undefined;
  readonly #up: Pipe;
  readonly #down: Pipe;
  readonly #sockets: Socket[];
  readonly #proxy: Proxy;
  readonly #frames = new Frames();
  #held: Buffer | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Socket, server: Socket, proxy: Proxy) {
    this.#proxy = proxy;
    this.#sockets = [client, server];
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      // A cut is an error to whoever still writes.
      socket.on('error', () => undefined);
    }
    this.#up = new Pipe(client, server, (bytes) => this.#upstream(bytes));
    this.#down = new Pipe(server, client, (bytes) => client.write(bytes));
    server.on('close', () => client.end());
    client.on('close', () => {
      this.end();
      this.over();
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  freeze(isFrozen: boolean): void {
    this.#up.freeze(isFrozen);
    this.#down.freeze(isFrozen);
  }

  slow(rate: number | null): void {
    this.#down.rate = rate;
  }

  #upstream(bytes: Buffer): boolean {
    let goesOn = true;
    for (const { raw, payload } of this.#frames.take(bytes)) {
      const fault = payload !== null && this.#proxy.fault !== null && this.#proxy.isEdit(payload) ? this.#proxy.fault : null;
      if (fault === 'hold' && this.#held === null) {
        this.#held = raw;
        this.#timer = setTimeout(() => this.#release(), HOLD_MS);
        continue;
      }
      goesOn = this.#send(raw);
      if (fault === 'twice') goesOn = this.#send(raw);
      // Only an edit overtakes an edit.
      if (fault === 'hold') this.#release();
    }
    return goesOn;
  }

  #release(): void {
    clearTimeout(this.#timer);
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#send(held);
  }

  #send(raw: Buffer): boolean {
    const server = this.#sockets[1] as Socket;
    return server.destroyed ? true : server.write(raw);
  }
}

/** One direction: as fast as the receiver reads, unless something holds it up. */
class Pipe {
  rate: number | null = null;
  readonly #from: Socket;
  #isFrozen = false;
  #waits = false;

  constructor(from: Socket, to: Socket, pass: (bytes: Buffer) => boolean) {
    this.#from = from;
    from.on('data', (bytes: Buffer) => {
      if (!pass(bytes)) this.#wait((go) => to.once('drain', go));
      else if (this.rate !== null) this.#wait((go) => setTimeout(go, (bytes.length * 1000) / (this.rate ?? Infinity)));
    });
  }

  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
    this.#flow();
  }

  #wait(until: (go: () => void) => unknown): void {
    this.#waits = true;
    this.#flow();
    until(() => {
      this.#waits = false;
      this.#flow();
    });
  }

  #flow(): void {
    if (this.#isFrozen || this.#waits) this.#from.pause();
    else this.#from.resume();
  }
}
