import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import type * as Y from 'yjs';

import { AWARENESS_BYTES_MAX, AWARENESS_INTERVAL_MS } from './bound.js';

type Change = { added: number[]; updated: number[]; removed: number[] };

/** Who else is here: y-protocols awareness over our frames. */
export class Presence {
  readonly awareness: Awareness;
  readonly #send: (update: Uint8Array) => boolean;
  readonly #own: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sentAt = -Infinity;

  constructor(ydoc: Y.Doc, send: (update: Uint8Array) => boolean) {
    this.awareness = new Awareness(ydoc);
    this.#send = send;
    this.#own = ydoc.clientID;
    this.awareness.on('update', this.#changed);
  }

  /** Presence of others. */
  receive(update: Uint8Array): void {
    if (update.length > 0) applyAwarenessUpdate(this.awareness, update, this);
  }

  /** The line is there: others learn of us at once. They took us for gone at the clock we had, so
   * our state needs a later one to be believed. */
  announce(): void {
    const state = this.awareness.getLocalState();
    if (state === null) return;
    this.#sentAt = -Infinity;
    this.awareness.setLocalState(state);
  }

  /** The line is gone: the others' carets must not stand there as if they were alive. */
  forgetOthers(): void {
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.#own);
    removeAwarenessStates(this.awareness, others, this);
    // They may not have moved meanwhile: the same clock must bring them back.
    for (const id of others) this.awareness.meta.delete(id);
  }

  /** Says good-bye. */
  destroy(): void {
    this.awareness.setLocalState(null);
    clearTimeout(this.#timer);
    this.awareness.off('update', this.#changed);
    this.awareness.destroy();
  }

  readonly #changed = ({ added, updated, removed }: Change, origin: unknown): void => {
    if (origin === this || ![...added, ...updated, ...removed].includes(this.#own)) return;
    if (removed.includes(this.#own)) this.#flush();
    else this.#schedule();
  };

  /** The first change goes at once, those after it with the next tick, merged: only the latest counts. */
  #schedule(): void {
    if (this.#timer !== undefined) return;
    const wait = this.#sentAt + AWARENESS_INTERVAL_MS - performance.now();
    if (wait <= 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const update = encodeAwarenessUpdate(this.awareness, [this.#own]);
    if (update.byteLength > AWARENESS_BYTES_MAX) {
      throw new RangeError(`presence has ${update.byteLength} bytes, at most ${AWARENESS_BYTES_MAX} travel: put less into it`);
    }
    if (this.#send(update)) this.#sentAt = performance.now();
  }
}
