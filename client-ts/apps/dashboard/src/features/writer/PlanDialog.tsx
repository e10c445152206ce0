import { useState } from 'react';
import type { TaskView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { formatPlural } from '~/shared/format/number';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { NORMAL, PriorityField } from '~/shared/task/priority';
import { TextField } from '~/shared/ui/Field';

/** The priority of waiting tasks, and the time before which they do not start. */
export function PlanDialog({ tasks, onDone, onClose }: { tasks: readonly TaskView[]; onDone: () => void; onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [priority, setPriority] = useState(tasks[0]?.priority ?? NORMAL);
  const [time, setTime] = useState('');
  const save = async () => {
    await api.writer.changeTasks(site, { tasks: tasks.map(({ id }) => id), priority, not_before: time === '' ? null : new Date(time).getTime() });
    toasts.success(`${formatPlural(tasks.length, 'task')} changed`);
    onDone();
  };
  return (
    <FormModal title={`Change the order of ${formatPlural(tasks.length, 'waiting task')}`} description="What runs already is left alone. Nothing is charged." submit="Change" onSubmit={save} onClose={onClose}>
      <div className="flex flex-wrap gap-4">
        <PriorityField value={priority} hint="The higher, the sooner" onChange={setPriority} />
        <TextField label="Not before" type="datetime-local" className="tnum" value={time} hint="In this browser’s time zone; empty leaves it as it is" onChange={(event) => setTime(event.target.value)} />
      </div>
    </FormModal>
  );
}
