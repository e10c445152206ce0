import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { FilePlus2, FileText } from 'lucide-react';
import { useDocuments } from '@igny8/react';
import type { DocumentStatus, DocumentView } from '@igny8/protocol';
import { pagesOf } from '~/shared/data/pages';
import { useApi, useCan, useSiteId, useSitePath } from '~/shared/data/workspace';
import { formatCount } from '~/shared/format/number';
import { formatAgo, formatExact } from '~/shared/format/time';
import { DOCUMENT_STATUS } from '~/shared/format/word';
import { FormModal } from '~/shared/overlay/FormModal';
import type { Column } from '~/shared/table/column';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { StatusDot } from '~/shared/ui/Badge';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';

const STATUSES: DocumentStatus[] = ['draft', 'in_review', 'approved', 'published'];

const COLUMNS: Column<DocumentView>[] = [
  { id: 'title', header: 'Draft', width: 'minmax(260px, 2fr)', cell: (document) => <span className="font-medium">{document.title || 'Untitled'}</span> },
  { id: 'status', header: 'Status', width: '152px', cell: (document) => <StatusDot tone={DOCUMENT_STATUS[document.status].tone}>{DOCUMENT_STATUS[document.status].label}</StatusDot> },
  { id: 'words', header: 'Words', width: '72px', align: 'right', cell: (document) => formatCount(document.words) },
  { id: 'images', header: 'Images', width: '72px', align: 'right', cell: (document) => document.images.length || <span className="text-ink-3">–</span> },
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

export function DraftsPage() {
  const site = useSiteId();
  const path = useSitePath();
  const navigate = useNavigate();
  const mayEdit = useCan('edit');
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState('');
  const [creating, setCreating] = useState(false);
  const status = params.get('status') ?? '';
  const list = useDocuments(site, { status: status || null, search: search || null, limit: 200 });
  const pages = pagesOf(list);
  const filtered = status !== '' || search !== '';
  return (
    <div className="flex h-full flex-col">
      <PageHeader
        title="Drafts"
        count={pages.rows && formatCount(list.total)}
        actions={
          mayEdit && (
            <Button icon={<FilePlus2 size={14} />} onClick={() => setCreating(true)}>
              New draft
            </Button>
          )
        }
      />
      <FilterPanel
        what="drafts"
        search={{ value: search, onChange: setSearch }}
        status={{ value: status, options: [{ value: '', label: 'All' }, ...STATUSES.map((value) => ({ value, label: DOCUMENT_STATUS[value].label }))], onChange: (value) => setParams(value ? { status: value } : {}) }}
      />
      <DataTable label="Drafts" columns={COLUMNS} {...pages} rowKey={(document) => document.id} onOpen={(document) => void navigate(path(`drafts/${document.id}`))} empty={<DraftsEmpty filtered={filtered} onClear={() => (setSearch(''), setParams({}))} />} />
      {creating && <NewDraft onClose={() => setCreating(false)} />}
    </div>
  );
}

function NewDraft({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const path = useSitePath();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const create = async () => {
    const document = await api.writer.createDocument(site, title.trim());
    void navigate(path(`drafts/${document.id}`));
  };
  return (
    <FormModal title="New draft" description="An empty page for your own words. Hand-written work costs no credits." submit="Create" onSubmit={create} onClose={onClose} canSubmit={title.trim() !== ''}>
      <TextField label="Title" autoFocus value={title} onChange={(event) => setTitle(event.target.value)} />
    </FormModal>
  );
}

function DraftsEmpty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const path = useSitePath();
  if (filtered) return <EmptyState title="No draft matches" actions={<Button onClick={onClear}>Clear the filter</Button>} />;
  return (
    <EmptyState
      icon={<FileText size={18} />}
      title="No drafts yet"
      actions={
        <ButtonLink kind="primary" to={path('ideas')}>
          Pick ideas to write
        </ButtonLink>
      }
    >
      The AI writes a draft for each idea you pick, and you can type in it meanwhile.
    </EmptyState>
  );
}
