import type { Observable } from '@igny8/sdk';
import { useSyncExternalStore } from 'react';

/** The value of anything that the SDK lets one watch. */
export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.getSnapshot, observable.getSnapshot);
}
