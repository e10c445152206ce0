import type { Observable } from '../observable.js';

/** While something is unsaved, the browser asks before it closes the page. Returns the way to stop. */
export function warnBeforeUnload(status: Observable<{ saved: boolean }>): () => void {
  const warn = (event: BeforeUnloadEvent): void => {
    if (!status.getSnapshot().saved) event.preventDefault();
  };
  globalThis.addEventListener('beforeunload', warn);
  return () => globalThis.removeEventListener('beforeunload', warn);
}
