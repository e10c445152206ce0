import { type ClientFrame, decodeFrame, encodeFrame, type ServerFrame } from '@igny8/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import * as bound from '../../src/connection/bound.js';
import { FallbackSocket } from '../../src/connection/fallback.js';
import { problem } from '../fake-server.js';

interface Post {
  line: string;
  number: number;
  frames: ClientFrame[];
  answer: (answer: Response | Error) => void;
}

/** The server's side of one line, in the test's hands. */
class FakeLine {
  readonly posts: Post[] = [];
  ticket = '';
  signal: AbortSignal | undefined;
  answer: Response;
  #events!: ReadableStreamDefaultController<Uint8Array>;

  constructor() {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (this.#events = controller) });
    this.answer = new Response(body);
  }

  readonly http = {
    open: (ticket: string, signal: AbortSignal) => {
      [this.ticket, this.signal] = [ticket, signal];
      return Promise.resolve(this.answer);
    },
    post: (line: string, number: number, frames: Uint8Array<ArrayBuffer>) =>
      new Promise<Response>((resolve, reject) => {
        const answer = (given: Response | Error): void => (given instanceof Error ? reject(given) : resolve(given));
        this.posts.push({ line, number, frames: framesOf(frames), answer });
      }),
  };

  /** Says a text in parts of this many bytes. */
  say(text: string, size = text.length): void {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length; at += size) this.#events.enqueue(bytes.slice(at, at + size));
  }

  frame(frame: ServerFrame): string {
    return `data: ${Buffer.from(encodeFrame(frame)).toString('base64')}\n\n`;
  }

  over(): void {
    this.#events.close();
  }

  /** The request that is under way. */
  get post(): Post {
    const post = this.posts.at(-1);
    if (post === undefined) throw new Error('nothing was posted');
    return post;
  }
}

function framesOf(body: Uint8Array<ArrayBuffer>): ClientFrame[] {
  const frames: ClientFrame[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  for (let at = 0; at < body.byteLength; ) {
    const length = view.getUint32(at);
    frames.push(decodeFrame<ClientFrame>(body.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return frames;
}

const ping = (nonce: number): ClientFrame => ({ type: 'ping', nonce });
const TAKEN = (): Response => new Response(null, { status: 204 });

let line: FakeLine;
let socket: FallbackSocket;
let heard: unknown[];

/** Lets promises run; time stands still. */
async function settle(): Promise<void> {
  for (let round = 0; round < 50; round++) await vi.advanceTimersByTimeAsync(0);
}

function send(...nonces: number[]): void {
  for (const nonce of nonces) socket.send(encodeFrame(ping(nonce)));
}

async function open(answer?: Response): Promise<void> {
  line = new FakeLine();
  if (answer !== undefined) line.answer = answer;
  heard = [];
  socket = new FallbackSocket(line.http, 'ticket');
  socket.onopen = () => heard.push('open');
  socket.onmessage = (event: { data: ArrayBuffer }) => heard.push(decodeFrame(event.data));
  socket.onclose = (event: { code: number; reason: string }) => heard.push([event.code, event.reason]);
  if (answer === undefined) line.say('event: session\ndata: abc\n\n');
  await settle();
}

beforeEach(async () => {
  vi.useFakeTimers();
  await open();
});

afterEach(() => {
  socket.close();
  vi.useRealTimers();
});

describe('a line of events', () => {
  it('opens with a ticket, and is open once it has a name', () => {
    expect(line.ticket).toBe('ticket');
    expect(heard).toEqual(['open']);
  });

  it('hears frames however they are cut, and passes over signs of life and what it does not know', async () => {
    const welcome: ServerFrame = { type: 'welcome', version: 1, server: 'test', heartbeat_seconds: 20, frame_bytes_max: 9 };
    const large: ServerFrame = { type: 'document_update', document: 'd', position: { epoch: 1, sequence: 1 }, update: new Uint8Array(60_000).fill(7) };
    line.say(`${line.frame(welcome)}:\n\nevent: later\ndata: x\n\n${line.frame({ type: 'pong', nonce: 3 })}`, 7);
    line.say(line.frame(large), 10_000);
    await settle();
    await settle();
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard).toEqual(['open', welcome, { type: 'pong', nonce: 3 }, large]);
  });

  it('ends as the server says', async () => {
    line.say('event: close\ndata: {"code":4403,"reason":"revoked: gone"}\n\n');
    line.over();
    await settle();
    expect(heard).toEqual(['open', [4403, 'revoked: gone']]);
    send(1);
    await settle();
    expect(line.posts).toEqual([]);
  });

  it('is lost where the answer breaks off, and where there is none', async () => {
    line.over();
    await settle();
    expect(heard).toEqual(['open', [1006, '']]);
    for (const [answer, code] of [
      [problem(403, 'origin'), 1006],
      [problem(429, 'rate_limited'), 1013],
      [problem(503, 'busy'), 1013],
    ] as const) {
      await open(answer);
      expect(heard).toEqual([[code, '']]);
    }
  });

  it('says nothing any more once it was closed, and lets go of the answer', async () => {
    socket.close();
    expect(line.signal?.aborted).toBe(true);
    line.over();
    send(1);
    await settle();
    expect(heard).toEqual(['open']);
    expect(line.posts).toEqual([]);
  });
});

describe('requests with frames', () => {
  it('go one at a time, and what is said meanwhile goes into the next', async () => {
    send(1, 2);
    await settle();
    expect(line.posts.map(({ line: name, number, frames }) => ({ name, number, frames }))).toEqual([{ name: 'abc', number: 1, frames: [ping(1), ping(2)] }]);
    send(3);
    send(4);
    await settle();
    expect(line.posts).toHaveLength(1);
    expect(socket.bufferedAmount).toBe(4 * encodeFrame(ping(1)).byteLength);
    line.post.answer(TAKEN());
    await settle();
    expect(line.posts).toHaveLength(2);
    expect(line.post).toMatchObject({ number: 2, frames: [ping(3), ping(4)] });
    line.post.answer(TAKEN());
    await settle();
    expect(socket.bufferedAmount).toBe(0);
    send(5);
    await settle();
    expect(line.post).toMatchObject({ number: 3, frames: [ping(5)] });
  });

  it('stay within what the server takes at once', async () => {
    const update = new Uint8Array(bound.POST_BYTES_MAX - 1000);
    const frame: ClientFrame = { type: 'document_update', document: 'd', ref: 1, update };
    for (let count = 0; count < 3; count++) socket.send(encodeFrame(frame));
    for (let count = 1; count <= 3; count++) {
      await settle();
      expect(line.posts).toHaveLength(count);
      expect(line.post.frames).toHaveLength(1);
      line.post.answer(TAKEN());
    }
  });

  it('are sent again under their number until they are answered', async () => {
    send(1);
    await settle();
    line.post.answer(new TypeError('network'));
    send(2);
    await vi.advanceTimersByTimeAsync(bound.POST_DELAY_BASE_MS);
    expect(line.posts).toHaveLength(2);
    expect(line.post).toMatchObject({ number: 1, frames: [ping(1)] });
    line.post.answer(problem(429, 'rate_limited', { 'retry-after': '3' }));
    await vi.advanceTimersByTimeAsync(2999);
    expect(line.posts).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(line.post).toMatchObject({ number: 1, frames: [ping(1)] });
    line.post.answer(TAKEN());
    await settle();
    expect(line.post).toMatchObject({ number: 2, frames: [ping(2)] });
    expect(heard).toEqual(['open']);
  });

  it('that are never answered mean that the line is lost', async () => {
    send(1);
    for (let count = 1; count <= bound.POST_TRIES_MAX; count++) {
      await vi.advanceTimersByTimeAsync(bound.POST_DELAY_MAX_MS);
      expect(line.posts).toHaveLength(count);
      line.post.answer(new TypeError('network'));
    }
    await vi.advanceTimersByTimeAsync(bound.POST_DELAY_MAX_MS);
    expect(heard).toEqual(['open', [1006, '']]);
    expect(line.signal?.aborted).toBe(true);
  });

  it('that a line does not take any more leave the last word to the answer', async () => {
    send(1);
    await settle();
    line.post.answer(problem(404, 'not_found'));
    await settle();
    expect(heard).toEqual(['open']);
    line.say('event: close\ndata: {"code":1012,"reason":"service_restart: x"}\n\n');
    await settle();
    expect(heard).toEqual(['open', [1012, 'service_restart: x']]);
    await open();
    send(1);
    await settle();
    line.post.answer(problem(404, 'not_found'));
    await vi.advanceTimersByTimeAsync(bound.LAST_WORDS_MS);
    expect(heard).toEqual(['open', [1006, '']]);
  });
});
