import type { ServerFrame, StreamSnapshot } from '@igny8/protocol';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';

import type { Client } from '../client.js';
import { backoffDelay } from '../connection/backoff.js';
import type { DocumentFrame, StreamEnd, Subscription } from '../connection/streams.js';
import { type Observable, State } from '../observable.js';
import * as bound from './bound.js';
import type { Keeper } from './keeper.js';
import { Outbox } from './outbox.js';
import { Presence } from './presence.js';
import type { Refusal } from './store.js';

/** What a screen must say of an open document. */
export interface DocumentStatus {
  /** `connecting` until the first state has come; `offline` while the line is lost; `ended` for good. */
  phase: 'connecting' | 'synced' | 'offline' | 'ended';
  /** True if every edit of this person survives a crash of the server (R7). */
  saved: boolean;
  /** Edits that are not durable yet. */
  unsaved: number;
  /** True if unsaved edits are written to this device as well, within moments, so that they outlive the page. */
  kept: boolean;
  /** False for viewers, and after a refusal: the editor must not take input. */
  writable: boolean;
  /** Why the server did not take an edit. Nothing is sent any more until the page is loaded again;
   * `fork()` has the text. */
  refused: Refusal | null;
  /** Why edits of this or an earlier visit were not taken. They are still on this device: `asideCopy`, `restoreAside`,
   * `discardAside`. */
  aside: Refusal | null;
  /** Why it ended: the right was lost, or the document is gone. */
  ended: StreamEnd | null;
}

const START: DocumentStatus = { phase: 'connecting', saved: true, unsaved: 0, kept: false, writable: false, refused: null, aside: null, ended: null };

const READ_ONLY: Refusal = { code: 'read_only', message: 'You may read this document, but not change it. What you typed was not saved.' };

/** The part of a client that a document needs. */
export type DocumentClient = Pick<Client, 'subscribe' | 'connection'>;

/** Refusals that are about the server's state, not about the edit. `not_open` meets edits that were
 * on their way when the server closed the stream with `resync`. */
const BUSY_CODES: ReadonlySet<string> = new Set(['busy', 'unavailable', 'not_open']);

/** Makes the keeper of a document's unsaved edits; null keeps them on the page alone. */
export type MakeKeeper = (changed: () => void) => Keeper | null;

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
  readonly #keeper: Keeper | null;
  #subscription: Subscription | null = null;
  /** Edits of an earlier visit that are still to be sent. */
  #left: Uint8Array[] = [];
  #destroyed = false;
  /** Gaps that the server found in a row. */
  #gaps = 0;
  /** Requests for what we lack, in a row, that did not fill the gap. */
  #syncs = 0;
  /** Such a request is on its way (what arrives meanwhile may well show the same gap), or will be. */
  #syncing: ReturnType<typeof setTimeout> | undefined;
  /** Edits in a row that the server was too busy for. */
  #busy = 0;

  constructor(client: DocumentClient, document: string, ydoc: Y.Doc, makeKeeper: MakeKeeper = () => null) {
    this.#client = client;
    this.#document = document;
    this.ydoc = ydoc;
    this.#outbox = new Outbox((ref, update) => this.#sendUpdate(ref, update));
    this.#presence = new Presence(ydoc, (update) => this.#sendPresence(update));
    this.awareness = this.#presence.awareness;
    ydoc.on('update', this.#edited);
    this.#keeper = makeKeeper(() => this.#keeperChanged());
    if (this.#keeper === null) this.#subscribe();
    else void this.#begin(this.#keeper);
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

  /** The document with the edits that were set aside, as one Yjs update (v1): for a file, or a new document. */
  asideCopy(): Uint8Array {
    return Y.mergeUpdates([this.fork(), ...(this.#keeper?.asideEdits ?? [])]);
  }

  /** Makes the edits that were set aside once more; false if they do not fit the document, or it may not be changed. */
  restoreAside(): boolean {
    const keeper = this.#keeper;
    const { phase, writable } = this.#status.getSnapshot();
    if (keeper === null || phase !== 'synced' || !writable) return false;
    const edits = [...keeper.asideEdits];
    // They are kept as unsaved edits before they are no longer kept as refused ones.
    if (edits.length === 0 || !this.#replay(edits)) return false;
    if (this.#outbox.unsaved > 0) keeper.add(Y.mergeUpdates(edits));
    keeper.discardAside();
    return true;
  }

  /** Forgets the edits that were set aside. */
  discardAside(): void {
    this.#keeper?.discardAside();
  }

  /** Resolves when unsaved edits are written to this device, if they are kept there at all. */
  async kept(): Promise<void> {
    await this.#keeper?.settled();
  }

  /** Leaves the document. What is unsaved at that moment may be lost: look at `status` first. */
  destroy(): void {
    this.#endSync();
    this.#outbox.drain();
    this.#presence.destroy();
    this.ydoc.off('update', this.#edited);
    this.#destroyed = true;
    this.#subscription?.unsubscribe();
  }

  async #begin(keeper: Keeper): Promise<void> {
    this.#left = await keeper.load();
    if (!this.#destroyed) this.#subscribe();
  }

  #subscribe(): void {
    const { ydoc } = this;
    this.#subscription = this.#client.subscribe({ kind: 'document', id: this.#document }, {
      stateVector: () => Y.encodeStateVector(ydoc),
      subscribed: (snapshot) => this.#subscribed(snapshot),
      document: (frame) => this.#received(frame),
      lost: () => this.#lost(),
      ended: (end) => this.#ended(end),
    });
  }

  readonly #edited = (update: Uint8Array, origin: unknown): void => {
    if (origin === this) return;
    const { refused, writable, phase } = this.#status.getSnapshot();
    if (origin !== this.#keeper) this.#keeper?.add(update);
    if (refused !== null) this.#keeper?.setAside(refused);
    this.#outbox.add(update);
    if (phase === 'synced' && !writable && refused === null) this.#refuse(READ_ONLY);
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
    this.#takeUpLeft(writable);
    if (writable && refused === null) {
      this.#outbox.synced(this.#differenceTo(serverVector));
    } else if (refused === null && this.#outbox.unsaved > 0) {
      this.#refuse(READ_ONLY);
    }
    this.#change({ phase: 'synced' });
    this.#count();
  }

  /** Edits of an earlier visit are made again on what the server has, and go with the difference. What cannot be
   * placed there, or may not be, is set aside. */
  #takeUpLeft(writable: boolean): void {
    const keeper = this.#keeper;
    const left = this.#left.splice(0);
    if (keeper === null || left.length === 0) return;
    if (!writable) return keeper.setAside(READ_ONLY);
    if (!this.#replay(left)) return keeper.setAside({ code: 'gap', message: 'The draft no longer has what these edits were made in.' });
    // The server had them all: only its answer was lost.
    if (this.#outbox.unsaved === 0) keeper.saved();
  }

  /** Makes kept edits in the document; false if they do not fit it, and then it is as before. */
  #replay(edits: readonly Uint8Array[]): boolean {
    const update = Y.mergeUpdates([...edits]);
    const trial = new Y.Doc();
    try {
      Y.applyUpdate(trial, this.fork());
      Y.applyUpdate(trial, update);
      if (trial.store.pendingStructs !== null) return false;
    } catch {
      return false;
    } finally {
      trial.destroy();
    }
    Y.applyUpdate(this.ydoc, update, this.#keeper);
    return true;
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
    if (this.#syncs > bound.SYNCS_MAX) return this.#refuse({ code: 'gap', message: 'Parts of the document did not arrive. Reload the page.' });
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
    if (frame.code !== 'gap' || !frame.state_vector) return this.#refuse({ code: frame.code, message: frame.message });
    if (this.#outbox.isAnswered(frame.ref)) return;
    this.#gaps += 1;
    if (this.#gaps > bound.GAPS_MAX) return this.#refuse({ code: frame.code, message: frame.message });
    this.#outbox.synced(Y.encodeStateAsUpdate(this.ydoc, frame.state_vector));
    this.#count();
  }

  #sendUpdate(ref: number, update: Uint8Array): boolean {
    if (update.byteLength > Math.min(bound.UPDATE_BYTES_MAX, this.#client.connection.frameBytesMax - bound.FRAME_OVERHEAD_BYTES)) {
      this.#refuse({ code: 'too_large', message: 'This edit is larger than 1 MiB. Insert it in smaller parts.' });
      return false;
    }
    return this.#client.connection.send({ type: 'document_update', document: this.#document, ref, update });
  }

  #sendPresence(update: Uint8Array): boolean {
    if (this.#status.getSnapshot().phase !== 'synced') return false;
    return this.#client.connection.send({ type: 'awareness', document: this.#document, update });
  }

  /** From here on nothing is sent; what others write is still shown. */
  #refuse(refused: Refusal): void {
    this.#endSync();
    this.#outbox.close();
    this.#keeper?.setAside(refused);
    this.#change({ refused, writable: false });
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
    if (unsaved === this.#status.getSnapshot().unsaved) return;
    if (unsaved === 0) this.#keeper?.saved();
    this.#change({ unsaved, saved: unsaved === 0 });
  }

  #keeperChanged(): void {
    const { kept, aside } = this.#status.getSnapshot();
    const now = { kept: this.#keeper?.works ?? false, aside: this.#keeper?.aside ?? null };
    if (now.kept !== kept || now.aside !== aside) this.#change(now);
  }

  #change(change: Partial<DocumentStatus>): void {
    this.#status.set({ ...this.#status.getSnapshot(), ...change });
  }
}
