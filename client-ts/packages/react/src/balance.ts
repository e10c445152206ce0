import type { Balance } from '@igny8/sdk';
import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useEffect } from 'react';

import { useClient } from './client.js';
import { useSite, useTenant } from './site/site.js';

/** The tenant's credits with all slices; read again whenever credits move in the tenant or in `site`. */
export function useBalance(tenant: string, site: string): UseQueryResult<Balance> {
  const { rest } = useClient();
  const queries = useQueryClient();
  const { creditsRevision } = useTenant(tenant);
  const { balance: slice } = useSite(site);
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: ['igny8', tenant, 'balance'] });
  }, [queries, tenant, creditsRevision, slice]);
  return useQuery({ queryKey: ['igny8', tenant, 'balance'], queryFn: () => rest.billing.balance() });
}
