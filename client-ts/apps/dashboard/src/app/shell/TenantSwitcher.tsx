import { useNavigate } from 'react-router';
import { ChevronsUpDown, Globe, Plus } from 'lucide-react';
import { useClient, useSession } from '@igny8/react';
import type { SiteView } from '@igny8/protocol';
import { useCan, useSitePath, useWorkspace } from '~/shared/data/workspace';
import { ROLE } from '~/shared/format/word';
import { Menu, type MenuItem } from '~/shared/overlay/Menu';
import { Avatar, colourOf } from '~/shared/ui/Avatar';

/** Which workspace and which of its sites one is in, and the way to another. */
export function TenantSwitcher({ sites }: { sites: readonly SiteView[] }) {
  const { membership, site } = useWorkspace();
  const session = useSession();
  const client = useClient();
  const navigate = useNavigate();
  const path = useSitePath();
  const mayAdd = useCan('settings');
  const current = sites.find((one) => one.id === site);
  const memberships = session.status === 'signed_in' ? session.memberships : [];
  const siteItems: MenuItem[] = sites.map((one) => ({ label: one.name, icon: <Globe size={14} />, checked: one.id === site, run: () => void navigate(`/sites/${one.id}/dashboard`) }));
  const tenantItems: MenuItem[] = memberships.map(({ tenant, role }) => ({
    label: tenant.name,
    note: ROLE[role].label,
    checked: tenant.id === membership.tenant.id,
    run: () => {
      client.session.selectTenant(tenant.id);
      void navigate('/');
    },
  }));
  const more: MenuItem[] = mayAdd ? [{ label: 'New site', icon: <Plus size={14} />, run: () => void navigate(path('settings')) }] : [];
  return (
    <Menu
      label="Switch the site or the workspace"
      sections={[siteItems, more, tenantItems].filter((section) => section.length > 0)}
      buttonClassName="flex w-full items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-hover"
      button={
        <>
          <Avatar name={membership.tenant.name} colour={colourOf(membership.tenant.id)} size={28} />
          <span className="flex min-w-0 flex-1 flex-col">
            <span className="truncate font-semibold">{current?.name ?? 'No site'}</span>
            <span className="truncate text-2xs text-ink-3">{membership.tenant.name}</span>
          </span>
          <ChevronsUpDown size={14} className="text-ink-3" aria-hidden="true" />
        </>
      }
    />
  );
}
