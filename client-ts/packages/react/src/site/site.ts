import type { SiteState, TenantState } from '@igny8/sdk';

import { useClient } from '../client.js';
import { useObservable } from '../observable.js';

/** A site, live: settings, counts, balance, tasks, progress, and what changed. */
export function useSite(site: string): SiteState {
  return useObservable(useClient().site(site));
}

/** A tenant, live: its sites and members. */
export function useTenant(tenant: string): TenantState {
  return useObservable(useClient().tenant(tenant));
}
