import { useState } from 'react';
import { MailCheck } from 'lucide-react';
import { useRest } from '@igny8/react';
import type { TaskKind, TaskView } from '@igny8/protocol';
import { useApi, useCan, useSiteId, useSitePath, useSiteState, useTenantId } from '~/shared/data/workspace';
import { useAddressed } from '~/shared/data/useAddressed';
import { useReread } from '~/shared/data/useReread';
import { useTaskActions } from '~/shared/data/useTaskActions';
import { failureLabel } from '~/shared/format/failure';
import { useInfiniteQuery } from '@tanstack/react-query';
import { ActionButtons } from '~/shared/table/ActionButtons';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { KindFilter } from '~/shared/task/KindFilter';
import { TaskControlPanel } from '~/shared/task/TaskControlPanel';
import { Button } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { ReplayAll, SelectedActions } from './DeadActions';
import { deadColumns } from './deadColumns';
import { ReplayDialog } from './ReplayDialog';

const PAGE = 200;

/** Tasks that ended without success: why, what to mend, and the way back into the queue, one or all. */
export function DeadLettersPage() {
  const site = useSiteId();
  const path = useSitePath();
  const canAct = useCan('edit');
  const actions = useTaskActions();
  const { get, set, clear } = useAddressed();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [editing, setEditing] = useState<TaskView | null>(null);
  const code = get('reason');
  const kind = get('kind') as TaskKind | '';
  const letters = useDeadLetters(site, code, kind);
  const reasons = useRest(['dead-letters', site, 'reasons'], (rest) => rest.writer.deadReasons(site));
  const rows = letters.data?.pages.flatMap((page) => page.items);
  const total = letters.data?.pages[0]?.total ?? 0;
  const open = rows?.find((task) => task.id === get('task'));
  const chosen = rows?.filter(({ id }) => selected.has(id)).map(({ id }) => id) ?? [];
  const options = Object.entries(reasons.data ?? {}).map(([value, count]) => ({ value, label: failureLabel(value), count }));
  return (
    <div className="relative flex h-full flex-col">
      <PageHeader title="Dead letters" count={letters.data && total} description="Ended without success; nothing was charged" actions={canAct && total > 0 && <ReplayAll code={code} kind={kind} total={total} />} />
      <FilterPanel what="dead letters" status={{ value: code, options: [{ value: '', label: 'All' }, ...options], onChange: (value) => set('reason', value) }}>
        <KindFilter value={kind} onChange={(value) => set('kind', value)} />
      </FilterPanel>
      <div className="flex min-h-0 flex-1">
        <DataTable
          label="Dead letters"
          columns={deadColumns(actions, canAct, setEditing)}
          rows={rows}
          rowKey={({ id }) => id}
          error={letters.error}
          onRetry={() => void letters.refetch()}
          selection={canAct ? { selected, onChange: setSelected } : undefined}
          onOpen={({ id }) => set('task', id)}
          hasMore={letters.hasNextPage && !letters.isFetchingNextPage}
          onMore={() => void letters.fetchNextPage()}
          empty={<NoLetters narrowed={code !== '' || kind !== ''} onAll={clear} />}
        />
        {open && <TaskControlPanel row={{ task: open }} actions={actions} canAct={canAct} documentPath={(document) => path(`drafts/${document}`)} onEdit={setEditing} onClose={() => set('task', '')} />}
      </div>
      <ActionButtons count={chosen.length} noun="task" onClear={() => setSelected(new Set())}>
        <SelectedActions tasks={chosen} onDone={() => setSelected(new Set())} />
      </ActionButtons>
      {editing && <ReplayDialog task={editing} onClose={() => setEditing(null)} />}
    </div>
  );
}

function useDeadLetters(site: string, code: string, kind: string) {
  const api = useApi();
  const tenant = useTenantId();
  const key = ['igny8', tenant, 'dead-letters', site];
  useReread(key, useSiteState().tasks);
  return useInfiniteQuery({
    queryKey: [...key, { code, kind }],
    queryFn: ({ pageParam }) => api.writer.deadLetters(site, { status: code || null, kind: kind || null, limit: PAGE, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

function NoLetters({ narrowed, onAll }: { narrowed: boolean; onAll: () => void }) {
  if (narrowed) return <EmptyState icon={<MailCheck size={18} />} title="None failed in this way" actions={<Button onClick={onAll}>Show all</Button>} />;
  return (
    <EmptyState icon={<MailCheck size={18} />} title="No dead letters">
      Tasks that fail for good, or whose answer a person must mend, wait here until you try them again or put them away.
    </EmptyState>
  );
}
