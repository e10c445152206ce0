import { useState } from 'react';
import { Archive, Lightbulb, PenLine, X } from 'lucide-react';
import { useIdeas } from '@igny8/react';
import type { IdeaStatus, IdeaView } from '@igny8/protocol';
import { pagesOf } from '~/shared/data/pages';
import { useAddressed } from '~/shared/data/useAddressed';
import { useApi, useCan, useSiteId, useSitePath } from '~/shared/data/workspace';
import { formatCount, formatPlural } from '~/shared/format/number';
import { IDEA_STATUS } from '~/shared/format/word';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { ActionButtons } from '~/shared/table/ActionButtons';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { ideaColumns } from './ideaColumns';
import { IdeaPanel } from './IdeaPanel';
import { WriteDraftsDialog } from './WriteDraftsDialog';

const STATUSES: IdeaStatus[] = ['new', 'queued', 'drafted', 'archived'];

export function IdeasPage() {
  const site = useSiteId();
  const mayEdit = useCan('edit');
  const { get, set, clear } = useAddressed();
  const [search, setSearch] = useState('');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [writing, setWriting] = useState<string[] | null>(null);
  const status = get('status');
  const cluster = get('cluster');
  const list = useIdeas(site, { status: status || null, search: search || null, cluster: cluster || null, limit: 200 });
  const pages = pagesOf(list);
  const open = list.items.find((idea) => idea.id === get('idea'));
  const writable = list.items.filter((idea) => selected.has(idea.id) && idea.status === 'new').map((idea) => idea.id);
  return (
    <div className="relative flex h-full flex-col">
      <PageHeader title="Ideas" count={pages.rows && formatCount(list.total)} description="Pick the ones worth writing" />
      <FilterPanel what="ideas" search={{ value: search, onChange: setSearch }} status={{ value: status, options: [{ value: '', label: 'All' }, ...STATUSES.map((value) => ({ value, label: IDEA_STATUS[value].label }))], onChange: (value) => set('status', value) }}>
        {cluster && (
          <Button size="sm" icon={<X size={12} />} onClick={() => set('cluster', '')}>
            One cluster
          </Button>
        )}
      </FilterPanel>
      <div className="flex min-h-0 flex-1">
        <DataTable
          label="Ideas"
          columns={ideaColumns(open === undefined)}
          {...pages}
          rowKey={(idea) => idea.id}
          selection={mayEdit ? { selected, onChange: setSelected } : undefined}
          onOpen={(idea) => set('idea', idea.id)}
          empty={<IdeasEmpty filtered={status !== '' || search !== '' || cluster !== ''} onClear={() => (setSearch(''), clear())} />}
        />
        {open && <IdeaPanel idea={open} canEdit={mayEdit} onWrite={() => setWriting([open.id])} onClose={() => set('idea', '')} />}
      </div>
      <ActionButtons count={selected.size} noun="idea" onClear={() => setSelected(new Set())}>
        <ArchiveButton ideas={list.items.filter((idea) => selected.has(idea.id))} onDone={() => setSelected(new Set())} />
        <Button size="sm" kind="primary" icon={<PenLine size={14} />} disabled={writable.length === 0} onClick={() => setWriting(writable)}>
          Write drafts
        </Button>
      </ActionButtons>
      {writing && <WriteDraftsDialog ideas={writing} onClose={() => setWriting(null)} onDone={() => setSelected(new Set())} />}
    </div>
  );
}

function ArchiveButton({ ideas, onDone }: { ideas: IdeaView[]; onDone: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const archive = async () => {
    try {
      await Promise.all(ideas.map((idea) => api.planner.changeIdea(site, idea.id, { status: 'archived' })));
      toasts.success(`${formatPlural(ideas.length, 'idea')} archived`);
      onDone();
    } catch (error) {
      toasts.problem(error);
    }
  };
  return (
    <Button size="sm" icon={<Archive size={14} />} onClick={() => void archive()}>
      Archive
    </Button>
  );
}

function IdeasEmpty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const path = useSitePath();
  if (filtered) return <EmptyState title="No idea matches" actions={<Button onClick={onClear}>Clear the filter</Button>} />;
  return (
    <EmptyState
      icon={<Lightbulb size={18} />}
      title="No ideas yet"
      actions={
        <ButtonLink kind="primary" to={path('clusters')}>
          Choose clusters
        </ButtonLink>
      }
    >
      Select clusters and press “Make ideas”: each becomes article ideas with a title, an angle and an outline.
    </EmptyState>
  );
}
