import { useCallback, useState } from 'react';
import { useSearchParams } from 'react-router';
import { FileUp, Shapes } from 'lucide-react';
import type { KeywordStatus } from '@igny8/protocol';
import { useKeywords } from '@igny8/react';
import { pagesOf } from '~/shared/data/pages';
import { useApi, useCan, useKeywordCounts, useSiteId } from '~/shared/data/workspace';
import { formatCount, formatPlural } from '~/shared/format/number';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { ActionButtons } from '~/shared/table/ActionButtons';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { Button } from '~/shared/ui/Button';
import { EmptyState } from '~/shared/ui/StateMessage';
import { PageHeader } from '~/shared/ui/PageHeader';
import { ImportDialog } from '~/features/planner/import/ImportDialog';
import { ClusterDialog } from './ClusterDialog';
import { KEYWORD_COLUMNS, keywordStatusOptions } from './keywordColumns';

export function KeywordsPage() {
  const [params, setParams] = useSearchParams();
  const [search, setSearch] = useState('');
  const status = params.get('status') ?? '';
  const dialog = params.get('do');
  const site = useSiteId();
  const counts = useKeywordCounts();
  const mayEdit = useCan('edit');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const pages = pagesOf(useKeywords(site, { status: status || null, search: search || null, limit: 200 }));
  const open = useCallback((name: string | null) => setParams(replaced('do', name), { replace: true }), [setParams]);
  return (
    <div className="relative flex h-full flex-col">
      <PageHeader
        title="Keywords"
        count={counts && formatCount(counts.total)}
        actions={
          mayEdit && (
            <>
              <Button icon={<FileUp size={14} />} onClick={() => open('import')}>
                Import
              </Button>
              <Button kind="primary" icon={<Shapes size={14} />} disabled={!counts || counts.new + counts.orphaned === 0} onClick={() => open('cluster')}>
                Cluster
              </Button>
            </>
          )
        }
      />
      <FilterPanel what="keywords" search={{ value: search, onChange: setSearch }} status={{ value: status, options: keywordStatusOptions(counts), onChange: (value) => setParams(replaced('status', value || null)) }} />
      <DataTable
        label="Keywords"
        columns={KEYWORD_COLUMNS}
        {...pages}
        rowKey={(keyword) => keyword.id}
        selection={mayEdit ? { selected, onChange: setSelected } : undefined}
        empty={<KeywordsEmpty filtered={search !== '' || status !== ''} mayEdit={mayEdit} onImport={() => open('import')} onClear={() => (setSearch(''), setParams({}))} />}
      />
      <KeywordActions selected={selected} onDone={() => setSelected(new Set())} />
      {dialog === 'import' && mayEdit && <ImportDialog onClose={() => open(null)} />}
      {dialog === 'cluster' && mayEdit && <ClusterDialog onClose={() => open(null)} />}
    </div>
  );
}

function replaced(name: string, value: string | null) {
  return (before: URLSearchParams) => {
    const next = new URLSearchParams(before);
    if (value === null) next.delete(name);
    else next.set(name, value);
    return next;
  };
}

function KeywordActions({ selected, onDone }: { selected: ReadonlySet<string>; onDone: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const change = async (status: KeywordStatus, done: string) => {
    try {
      await api.planner.changeKeywords(site, { ids: [...selected], status });
      toasts.success(`${formatPlural(selected.size, 'keyword')} ${done}`);
      onDone();
    } catch (error) {
      toasts.problem(error);
    }
  };
  return (
    <ActionButtons count={selected.size} noun="keyword" onClear={onDone}>
      <Button size="sm" onClick={() => void change('archived', 'archived')}>
        Archive
      </Button>
      <Button size="sm" onClick={() => void change('new', 'brought back')}>
        Bring back
      </Button>
    </ActionButtons>
  );
}

function KeywordsEmpty(props: { filtered: boolean; mayEdit: boolean; onImport: () => void; onClear: () => void }) {
  if (props.filtered) {
    return (
      <EmptyState title="No keyword matches" actions={<Button onClick={props.onClear}>Clear the filter</Button>}>
        Nothing here has this status and these words.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="Start with a list of keywords"
      actions={
        props.mayEdit && (
          <Button kind="primary" icon={<FileUp size={14} />} onClick={props.onImport}>
            Import keywords
          </Button>
        )
      }
    >
      A file from Ahrefs, Semrush or Search Console, or a list you paste. They become clusters, then ideas, then articles.
    </EmptyState>
  );
}
