import type { Client } from '@igny8/sdk';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';

import { useClient } from './client.js';

/** Anything from REST: `useRest(['prices'], (rest) => rest.billing.prices())`. The key gets a prefix and the tenant. */
export function useRest<T>(key: readonly unknown[], read: (rest: Client['rest']) => Promise<T>): UseQueryResult<T> {
  const { rest, session } = useClient();
  return useQuery({ queryKey: ['igny8', session.tenant, ...key], queryFn: () => read(rest) });
}
