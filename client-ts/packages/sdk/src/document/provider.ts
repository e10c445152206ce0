import type { ServerFrame, StreamSnapshot } from '@igny8/protocol';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import type { Client } from '../client.js';
import { backoffDelay } from '../connection/backoff.js';
import type { DocumentFrame, StreamEnd, Subscription } from '../connection/streams.js';
import { type Observable, State } from '../observable.js';
import * as bound from './bound.js';
import { Outbox } from './outbox.js';
import { Presence } from './presence.js';

/** What a screen must say of an open document. */
export interface DocumentStatus {
  /** `connecting` until the first state has come; `offline` while the line is lost; `ended` for good. */
  phase: 'connecting' | 'synced' | 'offline' | 'ended';
  /** True if every edit of this person survives a crash of the server (R7). */
  saved: boolean;
  /** Edits that are not durable yet. */
  unsaved: number;
  /** False for viewers, and after a refusal: the editor must not take input. */
  writable: boolean;
  /** Why the server did not take an edit. Nothing is sent any more until the page is loaded again;
   * `fork()` has the text. */
  refused: { code: string; message: string } | null;
  /** Why it ended: the right was lost, or the document is gone. */
  ended: StreamEnd | null;
}

const START: DocumentStatus = { phase: 'connecting', saved: true, unsaved: 0, writable: false, refused: null, ended: null };

/** The part of a client that a document needs. */
export type DocumentClient = Pick<Client, 'subscribe' | 'connection'>;

/** Refusals that are about the server's state, not about the edit. `not_open` meets edits that were
 * on their way when the server closed the stream with `resync`. */
const BUSY_CODES: ReadonlySet<string> = new Set(['busy', 'unavailable', 'not_open']);

/** Binds a Y.Doc to a document of the server. Unmodified TipTap collaboration works on `ydoc` and,
 * for carets, on this as its `provider` (it asks for `awareness`). */
export class DocumentProvider {
  readonly ydoc: Y.Doc;
  readonly awareness: Awareness;
  readonly #client: DocumentClient;
  readonly #document: string;
  readonly #status = new State<DocumentStatus>(START);
  readonly #comments = new State(0);
  readonly #outbox: Outbox;
  readonly #presence: Presence;
  readonly #subscription: Subscription;
  /** Gaps that the server found in a row. */
  #gaps = 0;
  /** Requests for what we lack, in a row, that did not fill the gap. */
  #syncs = 0;
  /** Such a request is on its way (what arrives meanwhile may well show the same gap), or will be. */
  #syncing: ReturnType<typeof setTimeout> | undefined;
  /** Edits in a row that the server was too busy for. */
  #busy = 0;

  constructor(client: DocumentClient, document: string, ydoc: Y.Doc) {
    this.#client = client;
    this.#document = document;
    this.ydoc = ydoc;
    this.#outbox = new Outbox((ref, update) => this.#sendUpdate(ref, update));
    this.#presence = new Presence(ydoc, (update) => this.#sendPresence(update));
    this.awareness = this.#presence.awareness;
    ydoc.on('update', this.#edited);
    this.#subscription = client.subscribe({ kind: 'document', id: document }, {
      stateVector: () => Y.encodeStateVector(ydoc),
      subscribed: (snapshot) => this.#subscribed(snapshot),
      document: (frame) => this.#received(frame),
      lost: () => this.#lost(),
      ended: (end) => this.#ended(end),
    });
  }

  /** Synced, saved, refused: to be watched. */
  get status(): Observable<DocumentStatus> {
    return this.#status;
  }

  /** Grows whenever comments may have changed: when somebody says something, and when the line is back. */
  get comments(): Observable<number> {
    return this.#comments;
  }

  /** Everything that is in this Y.Doc, refused edits too, as one Yjs update (v1): for a file, or a new document. */
  fork(): Uint8Array {
    return Y.encodeStateAsUpdate(this.ydoc);
  }

  /** Leaves the document. What is unsaved at that moment may be lost: look at `status` first. */
  destroy(): void {
    this.#endSync();
    this.#outbox.drain();
    this.#presence.destroy();
    this.ydoc.off('update', this.#edited);
    this.#subscription.unsubscribe();
  }

  readonly #edited = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return;
    const { refused, writable, phase } = this.#status.getSnapshot();
    this.#outbox.add(update);
    if (phase === 'synced' && !writable && refused === null) {
      this.#refuse('read_only', 'You may read this document, but not change it. What you typed was not saved.');
    }
    this.#count();
  };

  #subscribed(snapshot: StreamSnapshot | null): void {
    this.#gaps = 0;
    this.#syncs = 0;
    this.#endSync();
    this.#readComments();
    if (snapshot === null || snapshot.kind !== 'document') {
      // Resumed without a state: we still must learn what the server lacks of ours.
      this.#requestSync();
      return;
    }
    const { refused } = this.#status.getSnapshot();
    this.#change({ writable: snapshot.writable && refused === null });
    this.#synchronise(snapshot.update, snapshot.state_vector);
    this.#presence.receive(snapshot.awareness);
    this.#presence.announce();
  }

  #received(frame: DocumentFrame): void {
    switch (frame.type) {
      case 'document_update':
        this.#apply(frame.update);
        if (this.#hasGap()) this.#requestSync();
        return;
      case 'document_synced':
        this.#endSync();
        return this.#synchronise(frame.update, frame.state_vector);
      case 'durable':
        this.#gaps = 0;
        this.#busy = 0;
        this.#outbox.durable(frame.ref);
        return this.#count();
      case 'document_refused':
        return this.#refusedByServer(frame);
      case 'awareness':
        return this.#presence.receive(frame.update);
      case 'comments_changed':
        return this.#readComments();
    }
  }

  #readComments(): void {
    this.#comments.set(this.#comments.getSnapshot() + 1);
  }

  /** Takes what we lacked and gives what the server lacks: both sides are equal afterwards. */
  #synchronise(update: Uint8Array, serverVector: Uint8Array): void {
    this.#apply(update);
    if (this.#hasGap()) return this.#requestSync();
    this.#syncs = 0;
    const { writable, refused } = this.#status.getSnapshot();
    if (writable && refused === null) {
      this.#outbox.synced(this.#differenceTo(serverVector));
    } else if (refused === null && this.#outbox.unsaved > 0) {
      this.#refuse('read_only', 'You may read this document, but not change it. What you typed was not saved.');
    }
    this.#change({ phase: 'synced' });
    this.#count();
  }

  /** What the server lacks. Deletions do not show in state vectors, so unsaved edits send it in any case. */
  #differenceTo(serverVector: Uint8Array): Uint8Array | null {
    const difference = Y.encodeStateAsUpdate(this.ydoc, serverVector);
    if (this.#outbox.unsaved > 0) return difference;
    return Y.decodeUpdate(difference).structs.length > 0 ? difference : null;
  }

  #apply(update: Uint8Array): void {
    if (update.length > 0) Y.applyUpdate(this.ydoc, update, this);
  }

  /** Yjs keeps what it cannot place yet; it would stay invisible, so we ask for what is missing. */
  #hasGap(): boolean {
    return this.ydoc.store.pendingStructs !== null;
  }

  #requestSync(): void {
    if (this.#syncing !== undefined) return;
    this.#syncs += 1;
    if (this.#syncs > bound.SYNCS_MAX) return this.#refuse('gap', 'Parts of the document did not arrive. Reload the page.');
    this.#askForSync();
  }

  #askForSync(): void {
    const state_vector = Y.encodeStateVector(this.ydoc);
    // Without a line nothing needs to be asked: the next `subscribed` brings it.
    if (!this.#client.connection.send({ type: 'document_sync', document: this.#document, state_vector })) return this.#endSync();
    this.#syncing = setTimeout(() => this.#askForSync(), bound.SYNC_TIMEOUT_MS);
  }

  #endSync(): void {
    clearTimeout(this.#syncing);
    this.#syncing = undefined;
  }

  /** Nothing is wrong with the edit: it stays unsaved, and goes with the difference a little later. */
  #serverIsBusy(): void {
    this.#outbox.close();
    this.#count();
    if (this.#syncing !== undefined) return;
    const delay = backoffDelay(this.#busy, bound.BUSY_DELAY_BASE_MS, bound.BUSY_DELAY_MAX_MS);
    this.#busy += 1;
    this.#syncing = setTimeout(() => this.#askForSync(), delay);
  }

  #refusedByServer(frame: Extract<ServerFrame, { type: 'document_refused' }>): void {
    if (BUSY_CODES.has(frame.code)) return this.#serverIsBusy();
    if (frame.code !== 'gap' || !frame.state_vector) return this.#refuse(frame.code, frame.message);
    if (this.#outbox.isAnswered(frame.ref)) return;
    this.#gaps += 1;
    if (this.#gaps > bound.GAPS_MAX) return this.#refuse(frame.code, frame.message);
    this.#outbox.synced(Y.encodeStateAsUpdate(this.ydoc, frame.state_vector));
    this.#count();
  }

  #sendUpdate(ref: number, update: Uint8Array): boolean {
    if (update.byteLength > Math.min(bound.UPDATE_BYTES_MAX, this.#client.connection.frameBytesMax - bound.FRAME_OVERHEAD_BYTES)) {
      this.#refuse('too_large', 'This edit is larger than 1 MiB. Insert it in smaller parts.');
      return false;
    }
    return this.#client.connection.send({ type: 'document_update', document: this.#document, ref, update });
  }

  #sendPresence(update: Uint8Array): boolean {
    if (this.#status.getSnapshot().phase !== 'synced') return false;
    return this.#client.connection.send({ type: 'awareness', document: this.#document, update });
  }

  /** From here on nothing is sent; what others write is still shown. */
  #refuse(code: string, message: string): void {
    this.#endSync();
    this.#outbox.close();
    this.#change({ refused: { code, message }, writable: false });
    this.#count();
  }

  #lost(): void {
    this.#endSync();
    this.#outbox.close();
    this.#presence.forgetOthers();
    this.#change({ phase: this.#status.getSnapshot().phase === 'connecting' ? 'connecting' : 'offline' });
    this.#count();
  }

  #ended(end: StreamEnd): void {
    this.#endSync();
    this.#outbox.close();
    this.#presence.forgetOthers();
    this.#change({ phase: 'ended', ended: end, writable: false });
    this.#count();
  }

  #count(): void {
    const { unsaved } = this.#outbox;
    if (unsaved !== this.#status.getSnapshot().unsaved) this.#change({ unsaved, saved: unsaved === 0 });
  }

  #change(change: Partial<DocumentStatus>): void {
    this.#status.set({ ...this.#status.getSnapshot(), ...change });
  }
}
