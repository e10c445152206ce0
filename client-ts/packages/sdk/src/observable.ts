/** A value that can be read and watched; the shape that React's `useSyncExternalStore` asks for. */
export interface Observable<T> {
  /** The same object until something changed. */
  getSnapshot: () => T;
  /** Calls back after each change; returns the way to stop. */
  subscribe: (listener: () => void) => () => void;
}

/** A value of which one side is the only writer. */
export class State<T> implements Observable<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  readonly getSnapshot = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Resolves once the value satisfies the condition; rejects when the signal ends first. */
export function waitFor<T>(observable: Observable<T>, condition: (value: T) => boolean, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop = (): void => undefined;
    const look = (): void => {
      const value = observable.getSnapshot();
      if (!condition(value)) return;
      stop();
      resolve(value);
    };
    signal?.addEventListener('abort', () => {
      stop();
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped waiting'));
    });
    stop = observable.subscribe(look);
    look();
  });
}
