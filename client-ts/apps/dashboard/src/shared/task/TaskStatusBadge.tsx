import { TASK_STATUS } from '~/shared/format/word';
import { StatusDot } from '~/shared/ui/Badge';
import type { TaskView } from '@igny8/protocol';

export function TaskStatusBadge({ task }: { task: TaskView }) {
  const { label, tone } = TASK_STATUS[task.status];
  return (
    <StatusDot tone={tone} live={task.status === 'running'}>
      {label}
    </StatusDot>
  );
}
