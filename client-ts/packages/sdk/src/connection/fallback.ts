import { problemOf } from '../problem.js';
import { backoffDelay } from './backoff.js';
import * as bound from './bound.js';
import { bytesOf, eventsOf, type ServerEvent } from './event.js';
import type { SocketLike } from './socket.js';

/** The requests of a line. Both answer whatever the status; without an answer they throw. */
export interface FallbackHttp {
  /** `POST /ws/fallback`: the answer goes on for as long as the line. */
  open(ticket: string, signal: AbortSignal): Promise<Response>;
  /** `POST /ws/fallback/{line}`, with the login's token. */
  post(line: string, number: number, frames: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Response>;
}

/** The length before each frame. */
const LENGTH_BYTES = 4;

/** What a socket does, by requests: the server speaks in the answer of one, the client in further ones. One is under way
 * at a time; what is said meanwhile goes into the next. They are numbered, so that the server counts each once. */
export class FallbackSocket implements SocketLike {
  binaryType = 'arraybuffer';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly #http: FallbackHttp;
  readonly #over = new AbortController();
  readonly #waiting: Uint8Array[] = [];
  #line = '';
  #number = 0;
  #bufferedAmount = 0;
  #isPosting = false;

  constructor(http: FallbackHttp, ticket: string) {
    this.#http = http;
    void this.#hear(ticket).catch(() => this.#end(1006));
  }

  /** Bytes that the server has not taken yet. */
  get bufferedAmount(): number {
    return this.#bufferedAmount;
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#waiting.push(frame);
    this.#bufferedAmount += frame.byteLength;
    if (!this.#isPosting) void this.#post();
  }

  close(): void {
    this.#over.abort();
  }

  async #hear(ticket: string): Promise<void> {
    const answer = await this.#http.open(ticket, this.#over.signal);
    if (!answer.ok || answer.body === null) return this.#end(isBusy(answer) ? 1013 : 1006);
    for await (const event of eventsOf(answer.body)) {
      if (this.#over.signal.aborted) return;
      this.#take(event);
    }
    this.#end(1006);
  }

  #take({ kind, data }: ServerEvent): void {
    if (kind === 'message') this.onmessage?.({ data: bytesOf(data) } as never);
    else if (kind === 'session') {
      this.#line = data;
      this.onopen?.({} as never);
    } else if (kind === 'close') {
      const { code, reason } = JSON.parse(data) as { code: number; reason: string };
      this.#end(code, reason);
    }
  }

  async #post(): Promise<void> {
    this.#isPosting = true;
    // What is said in the same breath goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0 && !this.#over.signal.aborted) {
      const frames = this.#bundle();
      this.#number += 1;
      if (!(await this.#deliver(bodyOf(frames)))) return;
      for (const frame of frames) this.#bufferedAmount -= frame.byteLength;
    }
    this.#isPosting = false;
  }

  #bundle(): Uint8Array[] {
    let [count, bytes] = [0, 0];
    for (const frame of this.#waiting) {
      bytes += LENGTH_BYTES + frame.byteLength;
      if (count > 0 && bytes > bound.POST_BYTES_MAX) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Sends a request until it is answered, under one number; false if the line is over. */
  async #deliver(body: Uint8Array<ArrayBuffer>): Promise<boolean> {
    for (let attempt = 0; attempt < bound.POST_TRIES_MAX; attempt++) {
      const answer = await this.#http.post(this.#line, this.#number, body, this.#over.signal).catch(() => null);
      if (this.#over.signal.aborted) return false;
      if (answer?.ok) return true;
      if (answer !== null && !isBusy(answer)) {
        // Such a line has ended. Why, is said by the answer.
        setTimeout(() => this.#end(1006), bound.LAST_WORDS_MS);
        return false;
      }
      const asked = answer === null ? 0 : ((await problemOf(answer)).retryAfter ?? 0);
      const delay = Math.max(asked, backoffDelay(attempt, bound.POST_DELAY_BASE_MS, bound.POST_DELAY_MAX_MS));
      await new Promise((resolve) => setTimeout(resolve, delay));
      if (this.#over.signal.aborted) return false;
    }
    this.#end(1006);
    return false;
  }

  #end(code: number, reason = ''): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.onclose?.({ code, reason } as never);
  }
}

/** Worth the same request again, after a while. */
function isBusy({ status }: Response): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function bodyOf(frames: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(frames.reduce((bytes, frame) => bytes + LENGTH_BYTES + frame.byteLength, 0));
  const view = new DataView(body.buffer);
  let at = 0;
  for (const frame of frames) {
    view.setUint32(at, frame.byteLength);
    body.set(frame, at + LENGTH_BYTES);
    at += LENGTH_BYTES + frame.byteLength;
  }
  return body;
}
