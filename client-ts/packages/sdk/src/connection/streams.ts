import type { ServerFrame, SocketCommand, StreamEvent, StreamName, StreamPosition, StreamSnapshot, TaskProgress, TaskView } from '@igny8/protocol';

import { ProblemError } from '../problem.js';
import { backoffDelay } from './backoff.js';
import * as bound from './bound.js';
import type { Connection } from './connection.js';
import { Commands } from './command.js';

/** Why a stream ended for good: `revoked`, `gone`, or the code of a refusal such as `not_found`. */
export interface StreamEnd {
  reason: string;
  message: string;
}

/** What a listener of a stream may hear. All of it arrives in order. */
export interface StreamListener {
  /** Documents: the state vector that goes along with each `subscribe`. */
  stateVector?(): Uint8Array;
  /** The stream stands; `snapshot` replaces what was known, null says that it was resumed exactly. */
  subscribed?(snapshot: StreamSnapshot | null): void;
  /** What happened, up to `at`. */
  events?(events: readonly StreamEvent[], at: StreamPosition): void;
  /** Site streams: progress of running tasks. */
  progress?(tasks: readonly TaskProgress[]): void;
  /** Document streams: updates, acknowledgements, presence. */
  document?(frame: DocumentFrame): void;
  /** The line was lost; `subscribed` follows when it is back. */
  lost?(): void;
  /** The stream is over; nothing follows. */
  ended?(end: StreamEnd): void;
}

/** Frames that belong to one document. */
export type DocumentFrame = Extract<ServerFrame, { document: string }>;

/** A standing subscription. */
export interface Subscription {
  readonly stream: StreamName;
  /** How far the stream was heard. */
  position(): StreamPosition['position'] | null;
  unsubscribe(): void;
}

interface Entry {
  stream: StreamName;
  listeners: Set<StreamListener>;
  position: StreamPosition['position'] | null;
  /** Of the `subscribe` that is on its way. */
  ref: number | null;
  /** From `subscribed` to the loss or the end: frames outside belong to an earlier subscription. */
  standing: boolean;
  /** Resyncs and refusals in a row. */
  failures: number;
  /** When it stood last: a stream that held for a while starts over with short waits. */
  since: number;
  retry: ReturnType<typeof setTimeout> | undefined;
}

/** All streams on one connection: remembers each position and resumes from it after a loss. */
export class Streams {
  readonly #connection: Connection;
  readonly #commands: Commands;
  readonly #entries = new Map<string, Entry>();
  #ref = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#commands = new Commands(connection, () => this.#nextRef());
    connection.listen({
      live: () => this.#live(),
      lost: () => this.#lost(),
      refused: ({ code, message }) => this.#endDocuments({ reason: code, message }),
      frame: (frame) => this.#frame(frame),
    });
  }

  /** Listens to a stream from now until `unsubscribe`, over all losses of the line. */
  subscribe(stream: StreamName, listener: StreamListener): Subscription {
    const key = streamKey(stream);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#checkRoom();
      entry = { stream, listeners: new Set(), position: null, ref: null, standing: false, failures: 0, since: 0, retry: undefined };
      this.#entries.set(key, entry);
    } else if (stream.kind === 'document') {
      throw new ProblemError({ code: 'already_open', status: 0, title: 'Already open', detail: 'This document already has a provider; share it.' });
    } else {
      // Whoever joins needs the state, not only what follows: everyone gets it anew, which harms nobody.
      this.#connection.send({ type: 'unsubscribe', stream });
      entry.position = null;
    }
    entry.listeners.add(listener);
    this.#ask(entry);
    const own = entry;
    return { stream, position: () => own.position, unsubscribe: () => this.#remove(key, own, listener) };
  }

  /** Does over the socket what REST does as well; resolves with the tasks that `done` names. */
  command(command: SocketCommand): Promise<TaskView[]> {
    return this.#commands.send(command);
  }

  /** Forgets all positions: the streams of another tenant begin anew. Ends every subscription. */
  endAll(end: StreamEnd): void {
    this.#commands.end();
    for (const [key, entry] of [...this.#entries]) this.#end(key, entry, end);
  }

  /** No line will come back by itself: nobody may go on typing as if it did. */
  #endDocuments(end: StreamEnd): void {
    for (const [key, entry] of [...this.#entries]) if (entry.stream.kind === 'document') this.#end(key, entry, end);
  }

  #checkRoom(): void {
    if (this.#entries.size < bound.STREAMS_MAX) return;
    const detail = `At most ${bound.STREAMS_MAX} streams can be heard at once; leave one first.`;
    throw new ProblemError({ code: 'too_many_streams', status: 0, title: 'Too many streams', detail });
  }

  #nextRef(): number {
    this.#ref = (this.#ref + 1) >>> 0;
    return this.#ref;
  }

  #ask(entry: Entry): void {
    clearTimeout(entry.retry);
    entry.standing = false;
    const ref = this.#nextRef();
    const vector = [...entry.listeners].map((listener) => listener.stateVector?.()).find((found) => found !== undefined);
    // A document resumes by its state vector, which says more than a position.
    const position = entry.stream.kind === 'document' ? null : entry.position;
    const frame = { type: 'subscribe' as const, ref, stream: entry.stream, position };
    const sent = this.#connection.send(vector === undefined ? frame : { ...frame, state_vector: vector });
    entry.ref = sent ? ref : null;
  }

  #remove(key: string, entry: Entry, listener: StreamListener): void {
    entry.listeners.delete(listener);
    if (entry.listeners.size > 0 || this.#entries.get(key) !== entry) return;
    clearTimeout(entry.retry);
    this.#entries.delete(key);
    this.#connection.send({ type: 'unsubscribe', stream: entry.stream });
  }

  #live(): void {
    for (const entry of this.#entries.values()) this.#ask(entry);
    this.#commands.live();
  }

  #lost(): void {
    this.#commands.lost();
    for (const entry of this.#entries.values()) {
      entry.ref = null;
      entry.standing = false;
      clearTimeout(entry.retry);
      tell(entry, (listener) => listener.lost?.());
    }
  }

  #frame(frame: ServerFrame): void {
    switch (frame.type) {
      case 'subscribed':
        return this.#subscribed(frame);
      case 'events':
        return this.#events(frame);
      case 'progress':
        return this.#with({ kind: 'site', id: frame.site }, (entry) => tell(entry, (listener) => listener.progress?.(frame.tasks)));
      case 'stream_closed':
        return this.#with(frame.stream, (entry) => this.#closed(entry, frame.reason));
      case 'done':
        return this.#commands.done(frame.ref, frame.tasks);
      case 'problem':
        return this.#problem(frame);
      case 'document_update':
      case 'document_synced':
      case 'durable':
      case 'document_refused':
      case 'awareness':
      case 'comments_changed':
        return this.#with({ kind: 'document', id: frame.document }, (entry) => {
          if (entry.standing) tell(entry, (listener) => listener.document?.(frame));
        });
      default:
        // A newer server of the same version may say more; what we do not know is not for us.
        return undefined;
    }
  }

  #subscribed(frame: Extract<ServerFrame, { type: 'subscribed' }>): void {
    this.#with(frame.at.stream, (entry) => {
      if (entry.ref !== frame.ref) return;
      entry.ref = null;
      entry.standing = true;
      entry.since = Date.now();
      entry.position = frame.at.position;
      tell(entry, (listener) => listener.subscribed?.(frame.snapshot));
    });
  }

  #events(frame: Extract<ServerFrame, { type: 'events' }>): void {
    this.#with(frame.at.stream, (entry) => {
      if (!entry.standing || !isLater(frame.at.position, entry.position)) return;
      entry.position = frame.at.position;
      tell(entry, (listener) => listener.events?.(frame.events, frame.at));
    });
  }

  #closed(entry: Entry, reason: string): void {
    if (reason !== 'resync') return this.#end(streamKey(entry.stream), entry, { reason, message: END_MESSAGES[reason] ?? 'The stream ended.' });
    entry.standing = false;
    if (Date.now() - entry.since > bound.STABLE_AFTER_MS) entry.failures = 0;
    tell(entry, (listener) => listener.lost?.());
    this.#askLater(entry, 0);
  }

  #problem(frame: Extract<ServerFrame, { type: 'problem' }>): void {
    if (frame.ref === null || this.#commands.problem(frame.ref, frame)) return;
    for (const [key, entry] of this.#entries) {
      if (entry.ref !== frame.ref) continue;
      entry.ref = null;
      if (frame.retry_after_ms !== null) this.#askLater(entry, frame.retry_after_ms);
      else this.#end(key, entry, { reason: frame.code, message: frame.message });
      return;
    }
  }

  #askLater(entry: Entry, delayMinMs: number): void {
    entry.position = delayMinMs > 0 ? entry.position : null;
    const delay = backoffDelay(entry.failures, bound.RESYNC_DELAY_BASE_MS, bound.RESYNC_DELAY_MAX_MS);
    entry.failures += 1;
    clearTimeout(entry.retry);
    entry.retry = setTimeout(() => this.#ask(entry), Math.max(delayMinMs, delay));
  }

  #end(key: string, entry: Entry, end: StreamEnd): void {
    clearTimeout(entry.retry);
    this.#entries.delete(key);
    tell(entry, (listener) => listener.ended?.(end));
  }

  #with(stream: StreamName, act: (entry: Entry) => void): void {
    const entry = this.#entries.get(streamKey(stream));
    if (entry !== undefined) act(entry);
  }
}

const END_MESSAGES: Readonly<Record<string, string>> = {
  revoked: 'You no longer have access to this.',
  gone: 'This no longer exists.',
};

/** A stream's name as one string. */
export function streamKey(stream: StreamName): string {
  return `${stream.kind}:${stream.id}`;
}

function tell(entry: Entry, what: (listener: StreamListener) => void): void {
  for (const listener of [...entry.listeners]) what(listener);
}

/** Epochs order positions first: a new owner of an entity begins a new one. */
function isLater(position: StreamPosition['position'], than: StreamPosition['position'] | null): boolean {
  if (than === null || position.epoch !== than.epoch) return than === null || position.epoch > than.epoch;
  return position.sequence > than.sequence;
}
