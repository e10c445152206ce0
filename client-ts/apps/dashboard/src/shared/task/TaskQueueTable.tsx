import type { ReactNode } from 'react';
import { Ban, RotateCcw } from 'lucide-react';
import { describeWaiting } from '~/shared/format/waiting';
import { TASK_KIND } from '~/shared/format/word';
import { formatAgo, formatExact } from '~/shared/format/time';
import { Badge } from '~/shared/ui/Badge';
import { IconButton } from '~/shared/ui/Button';
import { ProgressBar } from '~/shared/ui/ProgressBar';
import type { Column, Selection } from '~/shared/table/column';
import { DataTable } from '~/shared/table/DataTable';
import { canCancel, canRetry, describeProgress, type LiveTask } from './liveTask';
import { NORMAL, priorityLabel } from './priority';
import { TaskStatusBadge } from './TaskStatusBadge';

export interface TaskActions {
  retry: (task: LiveTask['task']) => void;
  cancel: (task: LiveTask['task']) => void;
  /** Waiting tasks first, last, or in between. */
  setPriority: (tasks: readonly LiveTask['task'][], priority: number) => void;
  /** Holds a waiting task up, or lets it go on. */
  pause: (task: LiveTask['task'], paused: boolean) => void;
}

interface TaskQueueTableProps {
  tasks: LiveTask[] | undefined;
  actions: TaskActions;
  /** False for viewers: they see, and change nothing. */
  canAct: boolean;
  selection?: Selection | undefined;
  empty: ReactNode;
  error?: unknown;
  onRetry?: () => void;
  onOpen: (task: LiveTask) => void;
  hasMore?: boolean;
  onMore?: () => void;
}

/** The queue, live: what runs and how far it is, what waits and why, what failed and what to do. */
export function TaskQueueTable({ tasks, actions, canAct, ...table }: TaskQueueTableProps) {
  return <DataTable {...table} label="Tasks" columns={columns(actions, canAct)} rows={tasks} rowKey={(row) => row.task.id} />;
}

function columns(actions: TaskActions, canAct: boolean): Column<LiveTask>[] {
  return [
    { id: 'kind', header: 'Kind', width: '88px', cell: ({ task }) => <Badge>{TASK_KIND[task.kind]}</Badge> },
    { id: 'title', header: 'Task', width: 'minmax(200px, 1.4fr)', narrow: 'minmax(0, 1fr)', cell: ({ task }) => <span className="font-medium">{task.title}</span> },
    { id: 'status', header: 'Status', width: '152px', narrow: '136px', cell: ({ task }) => <TaskStatusBadge task={task} /> },
    { id: 'detail', header: 'Now', width: 'minmax(200px, 1.3fr)', cell: (row) => <TaskDetail row={row} /> },
    { id: 'priority', header: 'Priority', width: '72px', cell: ({ task }) => <TaskPriority task={task} /> },
    { id: 'credits', header: 'Credits', width: '104px', align: 'right', cell: ({ task }) => <TaskCredits task={task} /> },
    {
      id: 'changed',
      header: 'Changed',
      width: '80px',
      align: 'right',
      cell: ({ task }) => (
        <time title={formatExact(task.updated_at)} className="text-ink-3">
          {formatAgo(task.updated_at)}
        </time>
      ),
    },
    { id: 'actions', header: '', width: '32px', narrow: '32px', cell: ({ task }) => canAct && <TaskButtons task={task} actions={actions} /> },
  ];
}

/** Progress, or why it waits, or why it failed: never a bare status. */
export function TaskDetail({ row }: { row: LiveTask }) {
  const { task, progress } = row;
  if (task.status === 'running') {
    return (
      <span className="flex flex-col gap-1">
        <span className="tnum truncate text-xs text-ink-2">{describeProgress(row)}</span>
        <ProgressBar fraction={progress?.fraction} label={`Progress of ${task.title}`} />
      </span>
    );
  }
  if (task.failure && canRetry(task) && task.status !== 'cancelled') return <span className="text-bad" title={task.failure.message}>{task.failure.message}</span>;
  if (task.status === 'waiting_for_review') return <span className="text-warn" title={task.failure?.message}>{task.failure?.message ?? 'Waits for a person'}</span>;
  const waits = describeWaiting(task);
  if (waits) return <span className="text-ink-3" title={waits}>{waits}</span>;
  return null;
}

/** Of what waits or runs; what is usual stands back. */
function TaskPriority({ task }: { task: LiveTask['task'] }) {
  if (task.priority === undefined || canRetry(task) || task.status === 'succeeded') return null;
  if (task.priority === NORMAL) return <span className="text-ink-3">{priorityLabel(NORMAL)}</span>;
  return <Badge tone={task.priority > NORMAL ? 'accent' : 'neutral'}>{priorityLabel(task.priority)}</Badge>;
}

function TaskCredits({ task }: { task: LiveTask['task'] }) {
  if (task.spent > 0) return <span title="Spent">{task.spent} spent</span>;
  if (task.held > 0) return <span title="Set aside while it runs" className="text-accent-text">{task.held} held</span>;
  if (canRetry(task)) return <span title="Nothing was charged" className="text-ink-3">0 spent</span>;
  return <span title="What it will cost" className="text-ink-3">{task.price > 0 ? task.price : 'free'}</span>;
}

function TaskButtons({ task, actions }: { task: LiveTask['task']; actions: TaskActions }) {
  if (canRetry(task)) {
    return (
      <IconButton label={`Retry ${task.title}`} onClick={() => actions.retry(task)}>
        <RotateCcw size={14} />
      </IconButton>
    );
  }
  if (!canCancel(task)) return null;
  return (
    <IconButton label={`Cancel ${task.title}`} onClick={() => actions.cancel(task)}>
      <Ban size={14} />
    </IconButton>
  );
}
