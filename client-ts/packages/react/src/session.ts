import type { SessionState } from '@igny8/sdk';

import { useClient } from './client.js';
import { useObservable } from './observable.js';

/** Who is signed in, and the chosen tenant. Actions are on `useClient().session`. */
export function useSession(): SessionState {
  return useObservable(useClient().session);
}
