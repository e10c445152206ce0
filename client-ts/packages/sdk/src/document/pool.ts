import * as Y from 'yjs';

import type { Observable } from '../observable.js';
import { State } from '../observable.js';
import { DocumentProvider, type DocumentClient, type DocumentStatus, type MakeKeeper } from './provider.js';

/** After the last reader has gone a document stays open so long: going back and forth between two
 * screens must not load it anew. */
export const DOCUMENT_LINGER_MS = 1000;

/** An open document: `ydoc` for TipTap's Collaboration, `provider` for its carets and for `status`. */
export interface OpenDocument {
  readonly ydoc: Y.Doc;
  readonly provider: DocumentProvider;
}

interface Entry extends OpenDocument {
  readers: number;
  linger: ReturnType<typeof setTimeout> | undefined;
  stop: () => void;
}

/** The open documents of a client, one provider each. A document that was left with unsaved edits
 * stays until they are saved: leaving a screen never loses text. */
export class DocumentPool implements Observable<{ saved: boolean }> {
  readonly #client: DocumentClient;
  readonly #keep: (document: string) => MakeKeeper;
  readonly #entries = new Map<string, Entry>();
  readonly #saved = new State({ saved: true });

  /** `keep` makes what keeps a document's unsaved edits on this device. */
  constructor(client: DocumentClient, keep: (document: string) => MakeKeeper) {
    this.#client = client;
    this.#keep = keep;
  }

  /** True if nothing would be lost by closing the page; for `warnBeforeUnload`. */
  readonly getSnapshot = (): { saved: boolean } => this.#saved.getSnapshot();
  readonly subscribe = (listener: () => void): (() => void) => this.#saved.subscribe(listener);

  /** Opens a document, or joins those who have it open here. Each `open` wants one `release`. */
  open(document: string): OpenDocument {
    const entry = this.#entries.get(document) ?? this.#make(document);
    clearTimeout(entry.linger);
    if (entry.readers === 0 && entry.provider.awareness.getLocalState() === null) entry.provider.awareness.setLocalState({});
    entry.readers += 1;
    return entry;
  }

  /** Leaves it: presence ends at once, the rest when everything is saved. */
  release(document: string): void {
    const entry = this.#entries.get(document);
    if (entry === undefined || entry.readers === 0) return;
    entry.readers -= 1;
    if (entry.readers > 0) return;
    entry.provider.awareness.setLocalState(null);
    clearTimeout(entry.linger);
    const { refused, phase } = entry.provider.status.getSnapshot();
    // Whoever opens it again wants it fresh.
    if (refused !== null || phase === 'ended') return this.#closeIfDone(document, entry);
    entry.linger = setTimeout(() => this.#closeIfDone(document, entry), DOCUMENT_LINGER_MS);
  }

  #make(document: string): Entry {
    const ydoc = new Y.Doc();
    const provider = new DocumentProvider(this.#client, document, ydoc, this.#keep(document));
    const entry: Entry = { ydoc, provider, readers: 0, linger: undefined, stop: () => undefined };
    entry.stop = provider.status.subscribe(() => {
      this.#count();
      if (entry.readers === 0 && entry.linger === undefined) this.#closeIfDone(document, entry);
    });
    this.#entries.set(document, entry);
    return entry;
  }

  #closeIfDone(document: string, entry: Entry): void {
    entry.linger = undefined;
    if (entry.readers > 0 || !isDone(entry.provider.status.getSnapshot())) return;
    this.#entries.delete(document);
    entry.stop();
    entry.provider.destroy();
    entry.ydoc.destroy();
    this.#count();
  }

  #count(): void {
    const saved = [...this.#entries.values()].every(({ provider }) => provider.status.getSnapshot().saved);
    if (saved !== this.getSnapshot().saved) this.#saved.set({ saved });
  }
}

/** Nothing more can be saved by waiting. */
function isDone({ saved, refused, phase }: DocumentStatus): boolean {
  return saved || refused !== null || phase === 'ended';
}
