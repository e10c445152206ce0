import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { LayoutGrid, Lightbulb, List, Merge, Shapes } from 'lucide-react';
import { useClusters } from '@igny8/react';
import type { ClusterView } from '@igny8/protocol';
import { pagesOf } from '~/shared/data/pages';
import { useCan, useKeywordCounts, useSiteId, useSitePath } from '~/shared/data/workspace';
import { formatCount } from '~/shared/format/number';
import { ActionButtons } from '~/shared/table/ActionButtons';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { Button, ButtonLink, IconButton } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { ClusterCards } from './ClusterCards';
import { clusterColumns } from './clusterColumns';
import { ClusterPanel } from './ClusterPanel';
import { MakeIdeasDialog } from './MakeIdeasDialog';
import { MergeDialog } from './MergeDialog';

export function ClustersPage() {
  const site = useSiteId();
  const mayEdit = useCan('edit');
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState('');
  const [cards, setCards] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<'ideas' | 'merge' | null>(null);
  const list = useClusters(site, { search: search || null, limit: 200 });
  const pages = pagesOf(list);
  const open = list.items.find((cluster) => cluster.id === params.get('cluster'));
  const chosen = list.items.filter((cluster) => selected.has(cluster.id));
  const selection = mayEdit ? { selected, onChange: setSelected } : undefined;
  const show = (cluster: ClusterView | null) => setParams(cluster ? { cluster: cluster.id } : {}, { replace: true });
  const empty = <ClustersEmpty filtered={search !== ''} onClear={() => setSearch('')} />;
  return (
    <div className="relative flex h-full flex-col">
      <PageHeader title="Clusters" count={pages.rows && formatCount(list.total)} description="Keywords that one article can answer" />
      <FilterPanel what="clusters" search={{ value: search, onChange: setSearch }}>
        <ViewSwitch cards={cards} onChange={setCards} />
      </FilterPanel>
      <div className="flex min-h-0 flex-1">
        {cards && pages.rows && pages.rows.length > 0 ? (
          <ClusterCards clusters={pages.rows} selection={selection} onOpen={show} />
        ) : (
          <DataTable label="Clusters" columns={clusterColumns(open === undefined)} {...pages} rowKey={(cluster) => cluster.id} selection={selection} onOpen={show} empty={empty} />
        )}
        {open && <ClusterPanel key={open.id} cluster={open} canEdit={mayEdit} onClose={() => show(null)} />}
      </div>
      <ActionButtons count={selected.size} noun="cluster" onClear={() => setSelected(new Set())}>
        <Button size="sm" icon={<Merge size={14} />} disabled={selected.size < 2} onClick={() => setDialog('merge')}>
          Merge
        </Button>
        <Button size="sm" kind="primary" icon={<Lightbulb size={14} />} onClick={() => setDialog('ideas')}>
          Make ideas
        </Button>
      </ActionButtons>
      {dialog === 'ideas' && <MakeIdeasDialog clusters={[...selected]} onClose={() => setDialog(null)} onDone={() => setSelected(new Set())} />}
      {dialog === 'merge' && <MergeDialog clusters={chosen} onClose={() => setDialog(null)} onDone={() => setSelected(new Set())} />}
    </div>
  );
}

function ViewSwitch({ cards, onChange }: { cards: boolean; onChange: (cards: boolean) => void }) {
  return (
    <div role="group" aria-label="View" className="ml-auto flex gap-0.5">
      <IconButton label="As a list" aria-pressed={!cards} className={cards ? '' : 'bg-hover text-ink'} onClick={() => onChange(false)}>
        <List size={14} />
      </IconButton>
      <IconButton label="As cards" aria-pressed={cards} className={cards ? 'bg-hover text-ink' : ''} onClick={() => onChange(true)}>
        <LayoutGrid size={14} />
      </IconButton>
    </div>
  );
}

function ClustersEmpty({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  const path = useSitePath();
  const counts = useKeywordCounts();
  if (filtered) return <EmptyState title="No cluster matches" actions={<Button onClick={onClear}>Clear the search</Button>} />;
  const hasKeywords = counts !== undefined && counts.total > 0;
  return (
    <EmptyState
      icon={<Shapes size={18} />}
      title="No clusters yet"
      actions={
        <ButtonLink kind="primary" to={path(hasKeywords ? 'keywords?do=cluster' : 'keywords?do=import')}>
          {hasKeywords ? 'Cluster the keywords' : 'Import keywords'}
        </ButtonLink>
      }
    >
      {hasKeywords ? `${formatCount(counts.total)} keywords wait to be put together by meaning.` : 'Clusters are made from keywords, so these come first.'}
    </EmptyState>
  );
}
