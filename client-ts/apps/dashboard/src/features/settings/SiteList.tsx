import { Link } from 'react-router';
import { ChevronRight } from 'lucide-react';
import { useSiteId, useTenantState } from '~/shared/data/workspace';
import { Badge, StatusDot } from '~/shared/ui/Badge';
import { Card } from '~/shared/ui/PageHeader';

export function SiteList() {
  const { sites } = useTenantState();
  const current = useSiteId();
  return (
    <Card>
      <ul className="divide-y divide-line">
        {sites.map((site) => (
          <li key={site.id}>
            <Link to={`/sites/${site.id}/settings`} className="flex items-center gap-3 px-4 py-2.5 hover:bg-hover">
              <span className="font-medium">{site.name}</span>
              {site.id === current && <Badge tone="accent">This one</Badge>}
              <span className="ml-auto text-ink-3">{site.link ? <StatusDot tone={site.link.problem ? 'warn' : 'good'}>{site.link.url}</StatusDot> : 'Exports to a folder'}</span>
              <ChevronRight size={14} className="text-ink-3" aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
