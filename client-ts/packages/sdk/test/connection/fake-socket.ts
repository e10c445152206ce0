import { type ClientFrame, decodeFrame, encodeFrame, type ServerFrame } from '@igny8/protocol';

import type { SocketLike } from '../../src/connection/socket.js';

/** A socket in the test's hands. */
export class FakeSocket implements SocketLike {
  static opened: FakeSocket[] = [];
  static get last(): FakeSocket {
    const socket = FakeSocket.opened.at(-1);
    if (socket === undefined) throw new Error('no socket was opened');
    return socket;
  }

  binaryType = 'blob';
  bufferedAmount = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  sent: ClientFrame[] = [];
  closedWith: number | undefined;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.opened.push(this);
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    this.sent.push(decodeFrame<ClientFrame>(data));
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  // What the server does.
  open(): void {
    this.onopen?.({} as never);
  }

  say(frame: ServerFrame): void {
    const bytes = encodeFrame(frame);
    this.data(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  }

  data(data: unknown): void {
    this.onmessage?.({ data } as never);
  }

  end(code: number, reason = ''): void {
    this.onclose?.({ code, reason } as never);
  }

  welcome(version = 1): void {
    this.open();
    this.say({ type: 'welcome', version, server: 'test', heartbeat_seconds: 20, frame_bytes_max: 1 << 21 });
  }
}
