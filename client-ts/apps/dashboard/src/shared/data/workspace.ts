import { createContext, useCallback, useContext } from 'react';
import type { BalanceView, BucketView, KeywordCounts, MembershipView, Role, SiteView } from '@igny8/protocol';
import { useBalance as useTenantBalance, useClient, useSite as useSiteStore, useTenant } from '@igny8/react';
import type { Rest, SiteState, TenantState } from '@igny8/sdk';

/** Where one is: which tenant as what, and which of its sites. */
export interface Workspace {
  membership: MembershipView;
  /** Absent until the tenant has a site. */
  site: string | null;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (!workspace) throw new Error('useWorkspace needs a WorkspaceContext above it');
  return workspace;
}

/** The routes, for what is done rather than read. */
export const useApi = (): Rest => useClient().rest;
export const useTenantId = (): string => useWorkspace().membership.tenant.id;
export const useTenantState = (): TenantState => useTenant(useTenantId());

/** The site that the address names. Only under a page of a site. */
export function useSiteId(): string {
  const { site } = useWorkspace();
  if (site === null) throw new Error('this page needs a site');
  return site;
}

export const useSiteState = (): SiteState => useSiteStore(useSiteId());
export const useKeywordCounts = (): KeywordCounts | undefined => useSiteState().counts ?? undefined;

/** Makes addresses of the site's pages. */
export function useSitePath(): (page: string) => string {
  const { site } = useWorkspace();
  return useCallback((page: string) => `/sites/${site}/${page}`, [site]);
}

/** The site as it is now: from its stream, or from the tenant's list until that stands. */
export function useSite(): SiteView | undefined {
  const state = useSiteState();
  const id = useSiteId();
  const { sites } = useTenantState();
  return state.site ?? sites.find((site) => site.id === id);
}

const RIGHTS = {
  edit: ['owner', 'admin', 'editor'],
  settings: ['owner', 'admin'],
  billing: ['owner', 'admin'],
  members: ['owner', 'admin'],
  moderate: ['owner', 'admin'],
  models: ['owner', 'admin'],
  system: ['owner', 'admin', 'editor'],
} satisfies Record<string, Role[]>;

/** What the role allows here. The server decides; this only spares people refusals. */
export function useCan(right: keyof typeof RIGHTS): boolean {
  const { role } = useWorkspace().membership;
  return (RIGHTS[right] as Role[]).includes(role);
}

/** What is left of each grant, the soonest to end first, live. */
export function useBuckets(): readonly BucketView[] | undefined {
  return useTenantBalance(useTenantId(), useSiteId()).data?.buckets;
}

/** The whole tenant's credits, live. */
export function useBalance(): BalanceView | undefined {
  const read = useTenantBalance(useTenantId(), useSiteId());
  const atStart = useTenantState().balance;
  return read.data?.total ?? atStart ?? undefined;
}
