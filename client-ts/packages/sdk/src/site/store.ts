import type { StreamEvent, StreamName, StreamSnapshot, TaskProgress } from '@igny8/protocol';

import type { StreamEnd, Streams, Subscription } from '../connection/streams.js';
import { type Observable, State } from '../observable.js';
import * as reduce from './reduce.js';

/** After the last listener has gone the stream stays so long: moving between screens must not read all anew. */
export const STORE_LINGER_MS = 10_000;

/** How a state grows from a stream. */
interface Reducer<S> {
  empty: S;
  snapshot(state: S, snapshot: StreamSnapshot): S;
  event(state: S, event: StreamEvent): S;
  progress(state: S, tasks: readonly TaskProgress[]): S;
}

interface Phased {
  phase: reduce.SiteState['phase'];
  ended: reduce.SiteState['ended'];
}

/** A stream's state, kept while someone looks. Opens its stream with the first listener. */
class LiveStore<S extends Phased> implements Observable<S> {
  readonly #streams: Streams;
  readonly #stream: StreamName;
  readonly #reducer: Reducer<S>;
  readonly #state: State<S>;
  #listeners = 0;
  #subscription: Subscription | null = null;
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor(streams: Streams, stream: StreamName, reducer: Reducer<S>) {
    this.#streams = streams;
    this.#stream = stream;
    this.#reducer = reducer;
    this.#state = new State(reducer.empty);
  }

  readonly getSnapshot = (): S => this.#state.getSnapshot();

  readonly subscribe = (listener: () => void): (() => void) => {
    // Whoever looks anew at something that had ended asks anew: it may be there by now.
    if (this.#listeners === 0 && this.getSnapshot().phase === 'ended') this.#state.set(this.#reducer.empty);
    const stop = this.#state.subscribe(listener);
    this.#listeners += 1;
    this.#open();
    let stopped = false;
    return () => {
      if (stopped) return;
      stopped = true;
      stop();
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#closeLater();
    };
  };

  #open(): void {
    clearTimeout(this.#linger);
    if (this.#subscription !== null || this.getSnapshot().phase === 'ended') return;
    this.#subscription = this.#streams.subscribe(this.#stream, {
      subscribed: (snapshot) => this.#change((state) => (snapshot === null ? { ...state, phase: 'live' } : this.#reducer.snapshot(state, snapshot))),
      events: (events) => this.#change((state) => events.reduce((before, event) => this.#reducer.event(before, event), state)),
      progress: (tasks) => this.#change((state) => this.#reducer.progress(state, tasks)),
      lost: () => this.#change((state) => (state.phase === 'live' ? { ...state, phase: 'offline' } : state)),
      ended: (end) => this.#ended(end),
    });
  }

  #closeLater(): void {
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      this.#subscription?.unsubscribe();
      this.#subscription = null;
      this.#state.set(this.#reducer.empty);
    }, STORE_LINGER_MS);
  }

  #ended(end: StreamEnd): void {
    this.#subscription = null;
    this.#change((state) => ({ ...state, phase: 'ended', ended: end }));
  }

  #change(by: (state: S) => S): void {
    this.#state.set(by(this.getSnapshot()));
  }
}

/** A site, live. */
export class SiteStore extends LiveStore<reduce.SiteState> {
  constructor(streams: Streams, readonly site: string) {
    super(streams, { kind: 'site', id: site }, {
      empty: reduce.SITE_EMPTY,
      snapshot: reduce.applySiteSnapshot,
      event: reduce.applySiteEvent,
      progress: reduce.applyProgress,
    });
  }
}

/** A tenant, live. */
export class TenantStore extends LiveStore<reduce.TenantState> {
  constructor(streams: Streams, readonly tenant: string) {
    super(streams, { kind: 'tenant', id: tenant }, {
      empty: reduce.TENANT_EMPTY,
      snapshot: reduce.applyTenantSnapshot,
      event: reduce.applyTenantEvent,
      progress: (state) => state,
    });
  }
}
