import { useMemo, useState } from 'react';
import { ListOrdered, ListTodo } from 'lucide-react';
import { useTaskHistory } from '@igny8/react';
import type { TaskStatus, TaskView } from '@igny8/protocol';
import { byUrgency } from '~/shared/data/useLiveTasks';
import { pagesOf } from '~/shared/data/pages';
import { useAddressed } from '~/shared/data/useAddressed';
import { useTaskActions } from '~/shared/data/useTaskActions';
import { useCan, useSiteId, useSitePath, useSiteState } from '~/shared/data/workspace';
import { formatCount } from '~/shared/format/number';
import { TASK_STATUS } from '~/shared/format/word';
import { ActionButtons } from '~/shared/table/ActionButtons';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { KindFilter } from '~/shared/task/KindFilter';
import type { LiveTask } from '~/shared/task/liveTask';
import { TaskControlPanel } from '~/shared/task/TaskControlPanel';
import { TaskQueueTable } from '~/shared/task/TaskQueueTable';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { PlanDialog } from './PlanDialog';

const STATUSES: TaskStatus[] = ['running', 'queued', 'succeeded', 'failed', 'cancelled'];

export function TasksPage() {
  const site = useSiteId();
  const path = useSitePath();
  const canAct = useCan('edit');
  const actions = useTaskActions();
  const { get, set } = useAddressed();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const status = get('status');
  const kind = get('kind');
  const { tasks, progress, phase } = useSiteState();
  const history = useTaskHistory(site, { status: status || null, kind: kind || null, limit: 200 });
  const rows = useMemo(() => {
    const known = new Map<string, LiveTask>();
    for (const task of [...history.items, ...tasks.values()]) {
      if ((!status || task.status === status) && (!kind || task.kind === kind)) known.set(task.id, { task, progress: progress.get(task.id) });
    }
    return [...known.values()].sort(byUrgency);
  }, [history.items, tasks, progress, status, kind]);
  const chosen = get('task');
  const open = rows.find(({ task }) => task.id === chosen) ?? (chosen && tasks.has(chosen) ? { task: tasks.get(chosen) as LiveTask['task'], progress: progress.get(chosen) } : undefined);
  const pages = pagesOf(history);
  const known = pages.rows !== undefined || phase === 'live';
  return (
    <div className="relative flex h-full flex-col">
      <PageHeader title="Tasks" count={pages.rows && formatCount(Math.max(history.total, rows.length))} description="Everything the AI does, one item per run" actions={<ButtonLink to={path('task-log')}>Older tasks</ButtonLink>} />
      <FilterPanel what="tasks" status={{ value: status, options: [{ value: '', label: 'All' }, ...STATUSES.map((value) => ({ value, label: TASK_STATUS[value].label }))], onChange: (value) => set('status', value) }}>
        <KindFilter value={kind} onChange={(value) => set('kind', value)} />
      </FilterPanel>
      <div className="flex min-h-0 flex-1">
        <TaskQueueTable {...pages} tasks={known ? rows : undefined} actions={actions} canAct={canAct} selection={canAct ? { selected, onChange: setSelected } : undefined} onOpen={({ task }) => set('task', task.id)} empty={<TasksEmpty filtered={status !== '' || kind !== ''} />} />
        {open && <TaskControlPanel row={open} actions={actions} canAct={canAct} documentPath={(document) => path(`drafts/${document}`)} onClose={() => set('task', '')} />}
      </div>
      <ActionButtons count={selected.size} noun="task" onClear={() => setSelected(new Set())}>
        <PlanButton tasks={rows.filter(({ task }) => selected.has(task.id) && task.status === 'queued').map(({ task }) => task)} onDone={() => setSelected(new Set())} />
      </ActionButtons>
    </div>
  );
}

/** Waiting tasks first, last, or off for a while; those that wait no longer are left alone. */
function PlanButton({ tasks, onDone }: { tasks: TaskView[]; onDone: () => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" kind="primary" icon={<ListOrdered size={14} />} disabled={tasks.length === 0} title={tasks.length === 0 ? 'None of them waits' : undefined} onClick={() => setOpen(true)}>
        Change the order
      </Button>
      {open && <PlanDialog tasks={tasks} onDone={onDone} onClose={() => setOpen(false)} />}
    </>
  );
}

function TasksEmpty({ filtered }: { filtered: boolean }) {
  const path = useSitePath();
  if (filtered) return <EmptyState title="No task matches" actions={<ButtonLink to={path('tasks')}>Show all tasks</ButtonLink>} />;
  return (
    <EmptyState
      icon={<ListTodo size={18} />}
      title="The queue is empty"
      actions={
        <ButtonLink kind="primary" to={path('ideas')}>
          Pick ideas to write
        </ButtonLink>
      }
    >
      Clustering, ideas, drafts, images and publications appear here while they run, and stay as history.
    </EmptyState>
  );
}
