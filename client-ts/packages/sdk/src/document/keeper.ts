import * as Y from 'yjs';

import { KEPT_BYTES_MAX, KEPT_MERGE_ROWS } from './bound.js';
import type { EditStore, KeptRow, Refusal } from './store.js';

/** Keeps one document's unsaved edits on this device until they are durable at the server, so that closing the page
 * loses nothing. What it writes is in order and without gaps; one write is on its way at a time, and edits that come
 * meanwhile go with the next one, merged. */
export class Keeper {
  readonly #store: EditStore;
  readonly #account: string;
  readonly #document: string;
  readonly #changed: () => void;
  #rows: KeptRow[] = [];
  #aside: KeptRow[] = [];
  #waiting: Uint8Array[] = [];
  #obsolete: number[] = [];
  #writing: Promise<void> | null = null;
  #refusal: Refusal | null = null;
  #failed = false;
  /** The browser did not open its storage: it will not for the rest of this visit. */
  #broken = false;
  /** Grows with each `saved`: what was being written at that moment is obsolete. */
  #saves = 0;

  /** `changed` is called when `works` or `aside` may have changed. */
  constructor(store: EditStore, account: string, document: string, changed: () => void) {
    this.#store = store;
    this.#account = account;
    this.#document = document;
    this.#changed = changed;
  }

  /** False if edits could not be written: then only the page has them. */
  get works(): boolean {
    return !this.#failed && !this.#broken;
  }

  /** Why edits of this or an earlier visit were set aside; null if there are none. */
  get aside(): Refusal | null {
    return this.#aside.at(-1)?.refused ?? null;
  }

  /** What is set aside. */
  get asideEdits(): readonly Uint8Array[] {
    return this.#aside.map(({ update }) => update);
  }

  /** Reads what earlier visits left, once, before the document is asked for: what the server took until then is
   * in its answer, so that nothing lacks what it stands on. Resolves with the edits that still are to be sent. */
  async load(): Promise<Uint8Array[]> {
    try {
      const rows = await this.#store.read(this.#account, this.#document);
      this.#rows.unshift(...rows.filter(({ refused }) => refused === null));
      this.#aside.unshift(...rows.filter(({ refused }) => refused !== null));
    } catch {
      this.#broken = true;
    }
    this.#changed();
    return this.#rows.map(({ update }) => update);
  }

  /** An edit of this person. */
  add(update: Uint8Array): void {
    // After a failure the next ones would stand on one that is missing.
    if (!this.works) return;
    this.#waiting.push(update);
    this.#write();
  }

  /** Everything so far is durable at the server. */
  saved(): void {
    this.#failed = false;
    this.#saves += 1;
    this.#waiting = [];
    this.#obsolete.push(...this.#rows.splice(0).map(({ key }) => key));
    this.#write();
  }

  /** The server will not take what is kept now: it stays here, and is not sent again by itself. */
  setAside(refusal: Refusal): void {
    if (this.#rows.length + this.#waiting.length === 0 && this.#writing === null) return;
    this.#refusal = refusal;
    this.#write();
  }

  /** Forgets what was set aside. */
  discardAside(): void {
    this.#obsolete.push(...this.#aside.splice(0).map(({ key }) => key));
    this.#changed();
    this.#write();
  }

  /** Resolves when nothing is left to write. */
  async settled(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  #write(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null;
      this.#changed();
      if (this.#hasWork()) this.#write();
    });
  }

  #hasWork(): boolean {
    return this.works && (this.#waiting.length > 0 || this.#obsolete.length > 0 || (this.#refusal !== null && this.#rows.length > 0));
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#hasWork()) await this.#writeOnce();
      // There was nothing that it could be about.
      this.#refusal = null;
    } catch {
      this.#failed = true;
      this.#waiting = [];
    }
  }

  async #writeOnce(): Promise<void> {
    const [refused, saves] = [this.#refusal, this.#saves];
    this.#refusal = null;
    // A refusal is about all of them; otherwise rows are merged once they are many.
    const merged = refused !== null || this.#rows.length >= KEPT_MERGE_ROWS ? this.#rows.splice(0) : [];
    const obsolete = this.#obsolete.splice(0);
    const updates = [...merged.map(({ update }) => update), ...this.#waiting.splice(0)];
    try {
      if (updates.length === 0) return await this.#store.remove(obsolete);
      const update = Y.mergeUpdates(updates);
      this.#checkRoom(update.byteLength);
      const key = await this.#store.put(this.#account, this.#document, { update, refused }, [...obsolete, ...merged.map((row) => row.key)]);
      if (saves !== this.#saves) this.#obsolete.push(key);
      else (refused === null ? this.#rows : this.#aside).push({ key, update, refused });
    } catch (error) {
      // They are still there, to be removed later.
      this.#obsolete.push(...obsolete);
      this.#rows.unshift(...merged);
      throw error;
    }
  }

  #checkRoom(more: number): void {
    const bytes = this.#rows.reduce((sum, { update }) => sum + update.byteLength, more);
    if (bytes > KEPT_BYTES_MAX) throw new RangeError(`at most ${KEPT_BYTES_MAX} bytes of a document's unsaved edits are kept on a device`);
  }
}
