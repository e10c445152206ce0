import { useState } from 'react';
import { Link as RouterLink } from 'react-router';
import { FolderDown, Plug, Send } from 'lucide-react';
import { useDocuments, useRest } from '@igny8/react';
import type { DocumentView } from '@igny8/protocol';
import { pagesOf } from '~/shared/data/pages';
import { useCan, useSite, useSiteId, useSitePath } from '~/shared/data/workspace';
import { formatAgo, formatExact } from '~/shared/format/time';
import { DOCUMENT_STATUS } from '~/shared/format/word';
import type { Column } from '~/shared/table/column';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { StatusDot } from '~/shared/ui/Badge';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { LinkWizard } from './LinkWizard';
import { SiteLinkCard } from './SiteLinkCard';

const FILTERS = [
  { value: 'published', label: 'Published' },
  { value: 'approved', label: 'Approved, not yet published' },
  { value: 'publishing', label: 'On the way' },
  { value: 'conflict', label: 'Changed on the site' },
];

export function PublishPage() {
  const id = useSiteId();
  const site = useSite();
  const path = useSitePath();
  const mayLink = useCan('settings');
  const [linking, setLinking] = useState(false);
  const [status, setStatus] = useState('published');
  const pages = pagesOf(useDocuments(id, { status, limit: 200 }));
  const state = useRest(['link', id, site?.link?.paired_at ?? 0], (rest) => rest.publish.link(id));
  return (
    <div className="flex h-full flex-col">
      <PageHeader
        title="Publish"
        actions={
          mayLink &&
          !site?.link && (
            <Button kind="primary" icon={<Plug size={14} />} onClick={() => setLinking(true)}>
              Link WordPress
            </Button>
          )
        }
      />
      <div className="border-b border-line px-6 py-4">
        {site?.link ? (
          <SiteLinkCard link={site.link} state={state.data} onCheck={() => void state.refetch()} checking={state.isFetching} />
        ) : (
          <Notice title="No WordPress site is linked">
            <span className="inline-flex items-center gap-1.5">
              <FolderDown size={14} aria-hidden="true" /> Publications are exported to a folder on the server: HTML, Markdown, metadata and images. Link a site to publish there instead.
            </span>
          </Notice>
        )}
      </div>
      <FilterPanel what="publications" status={{ value: status, options: FILTERS, onChange: setStatus }} />
      <DataTable
        label="Publications"
        columns={COLUMNS}
        {...pages}
        rowKey={(document) => document.id}
        empty={
          <EmptyState icon={<Send size={18} />} title="Nothing here yet" actions={<ButtonLink to={path('drafts')}>Show the drafts</ButtonLink>}>
            Approve a draft, then publish it: the address of the post appears here.
          </EmptyState>
        }
      />
      {linking && <LinkWizard onClose={() => setLinking(false)} />}
    </div>
  );
}

const COLUMNS: Column<DocumentView>[] = [
  { id: 'title', header: 'Post', width: 'minmax(240px, 1.4fr)', cell: (document) => <DraftLink document={document} /> },
  { id: 'status', header: 'Status', width: '160px', cell: (document) => <StatusDot tone={DOCUMENT_STATUS[document.status].tone} live={document.status === 'publishing'}>{DOCUMENT_STATUS[document.status].label}</StatusDot> },
  { id: 'permalink', header: 'Address', width: 'minmax(240px, 1.4fr)', cell: (document) => <Address address={document.permalink} /> },
  {
    id: 'changed',
    header: 'Changed',
    width: '88px',
    align: 'right',
    cell: (document) => (
      <time className="text-ink-3" title={formatExact(document.updated_at)}>
        {formatAgo(document.updated_at)}
      </time>
    ),
  },
];

function DraftLink({ document }: { document: DocumentView }) {
  const path = useSitePath();
  return (
    <RouterLink to={path(`drafts/${document.id}`)} className="rounded-sm font-medium hover:text-accent-text hover:underline">
      {document.title || 'Untitled'}
    </RouterLink>
  );
}

function Address({ address }: { address: string | null }) {
  if (!address) return <span className="text-ink-3">–</span>;
  if (!/^https?:\/\//.test(address)) return <code className="text-xs text-ink-2">{address}</code>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer" className="rounded-sm text-accent-text hover:underline">
      {address.replace(/^https?:\/\//, '')}
    </a>
  );
}
