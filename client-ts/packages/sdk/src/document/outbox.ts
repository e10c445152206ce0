import * as Y from 'yjs';

import { IN_FLIGHT_MAX } from './bound.js';

/** Sends one edit under a number; false while there is no line. */
export type SendUpdate = (ref: number, update: Uint8Array) => boolean;

/** A person's edits until they are durable. It counts them and numbers what is sent; the text
 * itself is in the Y.Doc, from which the difference is computed after a loss. */
export class Outbox {
  readonly #send: SendUpdate;
  #ref = 0;
  /** The last difference that was sent: refusals of gaps before it are answered by it. */
  #differenceRef = 0;
  #inFlight: { ref: number; edits: number }[] = [];
  #waiting: Uint8Array[] = [];
  #waitingEdits = 0;
  #open = false;

  constructor(send: SendUpdate) {
    this.#send = send;
  }

  /** Edits that would be lost if the page were closed now. */
  get unsaved(): number {
    return this.#inFlight.reduce((sum, { edits }) => sum + edits, this.#waitingEdits);
  }

  /** An edit of this person. */
  add(update: Uint8Array): void {
    this.#waitingEdits += 1;
    // While the line is down the bytes need not be kept: the difference will hold them.
    if (!this.#open) return;
    this.#waiting.push(update);
    this.#flush();
  }

  /** The server knows everything but `difference`; null if it lacks nothing. Opens the way for edits. */
  synced(difference: Uint8Array | null): void {
    const edits = this.unsaved;
    this.#open = true;
    this.#inFlight = [];
    this.#waiting = [];
    this.#waitingEdits = 0;
    if (difference === null) return;
    this.#ref += 1;
    this.#differenceRef = this.#ref;
    this.#put(difference, Math.max(edits, 1));
  }

  /** True if a refusal of this number was already answered by a later difference. */
  isAnswered(ref: number): boolean {
    return ref < this.#differenceRef;
  }

  /** Everything up to `ref` survives a crash. */
  durable(ref: number): void {
    this.#inFlight = this.#inFlight.filter((one) => one.ref > ref);
    this.#flush();
  }

  /** The line is gone, or the edits were refused. What was on its way counts as unsaved again. */
  close(): void {
    this.#open = false;
    this.#waitingEdits = this.unsaved;
    this.#inFlight = [];
    this.#waiting = [];
  }

  /** Sends what waits, whatever is on its way: the page is being left. */
  drain(): void {
    if (this.#open && this.#waiting.length > 0) this.#sendWaiting();
  }

  #flush(): void {
    if (this.#waiting.length > 0 && this.#inFlight.length < IN_FLIGHT_MAX) this.#sendWaiting();
    // Waiting edits are kept merged, so that they never grow beyond what they say.
    else if (this.#waiting.length > IN_FLIGHT_MAX) this.#waiting = [Y.mergeUpdates(this.#waiting)];
  }

  #sendWaiting(): void {
    const [first] = this.#waiting;
    const update = this.#waiting.length === 1 && first !== undefined ? first : Y.mergeUpdates(this.#waiting);
    const edits = this.#waitingEdits;
    this.#waiting = [];
    this.#waitingEdits = 0;
    this.#ref += 1;
    this.#put(update, edits);
  }

  #put(update: Uint8Array, edits: number): void {
    this.#inFlight.push({ ref: this.#ref, edits });
    if (!this.#send(this.#ref, update)) this.close();
  }
}
