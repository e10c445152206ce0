import { useSearchParams } from 'react-router';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { MailCheck } from 'lucide-react';
import { useRest } from '@igny8/react';
import { useApi, useCan, useSiteId, useSitePath, useSiteState, useTenantId } from '~/shared/data/workspace';
import { useReread } from '~/shared/data/useReread';
import { useTaskActions } from '~/shared/data/useTaskActions';
import { formatPlural } from '~/shared/format/number';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { TaskControlPanel } from '~/shared/task/TaskControlPanel';
import { TaskQueueTable } from '~/shared/task/TaskQueueTable';
import { Button } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';

/** Tasks that ended without success: why, what to mend, and the way back into the queue, one or all. */
export function DeadLettersPage() {
  const site = useSiteId();
  const tenant = useTenantId();
  const path = useSitePath();
  const canAct = useCan('edit');
  const actions = useTaskActions();
  const [params, setParams] = useSearchParams();
  const code = params.get('reason') ?? '';
  const letters = useRest(['dead-letters', site, code], (rest) => rest.writer.deadLetters(site, { status: code || null, limit: 200 }));
  const reasons = useRest(['dead-letters', site, 'reasons'], (rest) => rest.writer.deadReasons(site));
  useReread(['igny8', tenant, 'dead-letters', site], useSiteState().tasks);
  const set = (name: string, value: string) =>
    setParams((before) => {
      const next = new URLSearchParams(before);
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
  const rows = letters.data?.items.map((task) => ({ task, progress: undefined }));
  const open = rows?.find(({ task }) => task.id === params.get('task'));
  const options = Object.entries(reasons.data ?? {}).map(([value, count]) => ({ value, label: value.replaceAll('_', ' '), count }));
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Dead letters" count={letters.data?.total} description="Ended without success; nothing was charged" actions={canAct && (letters.data?.total ?? 0) > 0 && <ReplayAll code={code} total={letters.data?.total ?? 0} />} />
      <FilterPanel what="dead letters" status={{ value: code, options: [{ value: '', label: 'All' }, ...options], onChange: (value) => set('reason', value) }} />
      <div className="flex min-h-0 flex-1">
        <TaskQueueTable tasks={rows} error={letters.error} onRetry={() => void letters.refetch()} actions={actions} canAct={canAct} onOpen={({ task }) => set('task', task.id)} empty={<EmptyState icon={<MailCheck size={18} />} title={code ? 'None failed in this way' : 'No dead letters'}>Tasks that fail for good, or whose answer a person must mend, wait here.</EmptyState>} />
        {open && <TaskControlPanel row={open} actions={actions} canAct={canAct} documentPath={(document) => path(`drafts/${document}`)} onClose={() => set('task', '')} />}
      </div>
    </div>
  );
}

function ReplayAll({ code, total }: { code: string; total: number }) {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const confirm = useConfirm();
  const replay = useMutation({
    mutationFn: () => api.writer.replayDead(site, { code: code || null }),
    onSuccess: async ({ replayed, refused, left }) => {
      const rest = [refused > 0 && `${formatPlural(refused, 'task')} could not: what they work on has changed`, left > 0 && `${left} are left: replay again`].filter(Boolean);
      toasts.success(`${formatPlural(replayed, 'task')} queued again`, rest.length > 0 ? { detail: `${rest.join('. ')}.` } : {});
      await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'dead-letters', site] });
    },
    onError: (error) => toasts.problem(error),
  });
  const ask = async () => {
    const body = 'They are queued as they were, and charged only when they succeed.';
    if (await confirm({ title: `Try ${formatPlural(total, 'task')} again?`, body, confirm: 'Queue them again' })) replay.mutate();
  };
  return (
    <Button kind="primary" busy={replay.isPending} onClick={() => void ask()}>
      Replay {code ? 'these' : 'all'}
    </Button>
  );
}
