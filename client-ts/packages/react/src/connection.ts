import type { ConnectionStatus } from '@igny8/sdk';

import { useClient } from './client.js';
import { useObservable } from './observable.js';

/** Where the socket is: `live`, `waiting` with `retryAt`, … */
export function useConnection(): ConnectionStatus {
  return useObservable(useClient().connection.status);
}
