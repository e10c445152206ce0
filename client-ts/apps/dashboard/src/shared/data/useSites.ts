import { useRest, useTenant } from '@igny8/react';
import type { SiteView } from '@igny8/protocol';

/** The tenant's sites: by REST at first, then live. */
export function useSites(tenant: string): { sites: readonly SiteView[] | undefined; error: unknown; retry: () => void } {
  const live = useTenant(tenant);
  const read = useRest(['sites'], (rest) => rest.settings.sites());
  const standing = live.phase === 'live' || live.phase === 'offline';
  return { sites: standing ? live.sites : read.data, error: read.error, retry: () => void read.refetch() };
}
