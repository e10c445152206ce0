import { Pencil, RotateCcw } from 'lucide-react';
import type { TaskView } from '@igny8/protocol';
import { failureLabel } from '~/shared/format/failure';
import { formatAgo, formatExact } from '~/shared/format/time';
import { TASK_KIND } from '~/shared/format/word';
import type { Column } from '~/shared/table/column';
import { Badge } from '~/shared/ui/Badge';
import { IconButton } from '~/shared/ui/Button';
import type { TaskActions } from '~/shared/task/TaskQueueTable';

/** A dead letter: why it ended, after how many attempts, and the two ways back. */
export function deadColumns(actions: TaskActions, canAct: boolean, onEdit: (task: TaskView) => void): Column<TaskView>[] {
  return [
    { id: 'kind', header: 'Kind', width: '88px', cell: ({ kind }) => <Badge>{TASK_KIND[kind]}</Badge> },
    { id: 'title', header: 'Task', width: 'minmax(200px, 1.2fr)', narrow: 'minmax(0, 1fr)', cell: ({ title }) => <span className="font-medium">{title}</span> },
    { id: 'reason', header: 'Reason', width: '176px', cell: (task) => <Badge tone={task.status === 'waiting_for_review' ? 'warn' : 'bad'}>{reasonOf(task)}</Badge> },
    { id: 'message', header: 'What happened', width: 'minmax(180px, 1.4fr)', cell: ({ failure }) => <span className="text-ink-2" title={failure?.message}>{failure?.message ?? '–'}</span> },
    { id: 'attempts', header: 'Attempts', width: '72px', narrow: '52px', align: 'right', cell: ({ attempts, attempts_max }) => `${attempts} of ${attempts_max}` },
    {
      id: 'ended',
      header: 'Ended',
      width: '80px',
      align: 'right',
      cell: ({ updated_at }) => (
        <time title={formatExact(updated_at)} className="text-ink-3">
          {formatAgo(updated_at)}
        </time>
      ),
    },
    { id: 'actions', header: '', width: '60px', narrow: '60px', cell: (task) => canAct && <Buttons task={task} actions={actions} onEdit={onEdit} /> },
  ];
}

function reasonOf(task: TaskView): string {
  return task.failure ? failureLabel(task.failure.code) : 'Waits for a person';
}

function Buttons({ task, actions, onEdit }: { task: TaskView; actions: TaskActions; onEdit: (task: TaskView) => void }) {
  return (
    <span className="flex">
      <IconButton label={`Edit ${task.title} and try again`} onClick={() => onEdit(task)}>
        <Pencil size={14} />
      </IconButton>
      <IconButton label={`Retry ${task.title}`} onClick={() => actions.retry(task)}>
        <RotateCcw size={14} />
      </IconButton>
    </span>
  );
}
