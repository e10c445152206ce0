import { useState } from 'react';
import type { TaskView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { failureLabel, failureRemedy } from '~/shared/format/failure';
import { formatCredits } from '~/shared/format/number';
import { TASK_KIND } from '~/shared/format/word';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { NORMAL, PriorityField } from '~/shared/task/priority';
import { NumberField } from '~/shared/ui/Field';
import { Notice } from '~/shared/ui/Notice';

// The server's own bounds.
const IDEAS_MAX = 10;
const IMAGES_MAX = 3;

/** One task that ended, edited before it is queued again. */
export function ReplayDialog({ task, onClose }: { task: TaskView; onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [priority, setPriority] = useState(task.priority ?? NORMAL);
  const [ideas, setIdeas] = useState<number | null>(null);
  const [images, setImages] = useState<number | null>(null);
  const replay = async () => {
    await api.writer.replayTask(site, task.id, { priority, ideas, images });
    toasts.success('Queued again', { detail: task.title });
  };
  return (
    <FormModal title="Edit and try again" description={`${TASK_KIND[task.kind]}: ${task.title}`} submit="Queue it again" onSubmit={replay} onClose={onClose}>
      {task.failure && (
        <Notice tone="warn" title={`${failureLabel(task.failure.code)}, after ${task.attempts} of ${task.attempts_max} attempts`}>
          {task.failure.message} {failureRemedy(task.failure.code)}
        </Notice>
      )}
      <div className="flex flex-wrap gap-4">
        <PriorityField value={priority} onChange={setPriority} />
        {task.kind === 'ideas' && <NumberField label="Ideas to make" value={ideas} min={1} max={IDEAS_MAX} hint="Empty: as many as before" optional onChange={setIdeas} />}
        {task.kind === 'draft' && <NumberField label="Images afterwards" value={images} min={0} max={IMAGES_MAX} hint="Empty: as many as before" optional onChange={setImages} />}
      </div>
      <p className="text-ink-3">It begins with fresh attempts, and is charged only when it succeeds{task.price > 0 ? `: ${formatCredits(task.price)} as it was` : ''}.</p>
    </FormModal>
  );
}
