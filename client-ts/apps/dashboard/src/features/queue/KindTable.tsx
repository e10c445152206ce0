import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { KindLoad, QueueView } from '@igny8/protocol';
import { useApi, useCan, useSiteId, useTenantId } from '~/shared/data/workspace';
import { formatDuration } from '~/shared/format/time';
import { TASK_KIND } from '~/shared/format/word';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Badge } from '~/shared/ui/Badge';
import { Button } from '~/shared/ui/Button';
import { StepperField } from '~/shared/ui/Field';
import { usePause } from './pause';

// The server's own bound.
const PLACES_MAX = 100;
const HEADS = ['Kind', 'Running', 'Waiting', 'Takes about', 'At once', ''];

/** One line per kind: its load, how many may run at once, and a pause. */
export function KindTable({ queue }: { queue: QueueView }) {
  return (
    <div className="relative overflow-x-auto rounded-lg border border-line bg-surface" tabIndex={0} role="region" aria-label="Load of each kind">
      <table className="w-full min-w-xl text-left text-sm">
        <thead className="border-b border-line bg-sunken text-xs text-ink-3">
          <tr>
            {HEADS.map((head) => (
              <th key={head} className="px-4 py-2 font-medium">
                {head || <span className="sr-only">Pause</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {queue.kinds.map((load) => (
            <KindRow key={`${load.kind}-${load.places}`} load={load} queue={queue} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function KindRow({ load, queue }: { load: KindLoad; queue: QueueView }) {
  const canEdit = useCan('settings');
  const canAct = useCan('edit');
  const pause = usePause();
  const paused = queue.pauses.some(({ scope, kind }) => scope === 'kind' && kind === load.kind);
  return (
    <tr className="border-b border-line last:border-0">
      <td className="px-4 py-2">
        <span className="flex items-center gap-2 font-medium">
          {TASK_KIND[load.kind]} {paused && <Badge tone="warn">paused</Badge>}
        </span>
      </td>
      <td className="tnum px-4 py-2">{load.running}</td>
      <td className="tnum px-4 py-2">{load.open - load.running}</td>
      <td className="tnum px-4 py-2 text-ink-2">{load.average_ms > 0 ? formatDuration(load.average_ms) : '–'}</td>
      <td className="px-4 py-2">{canEdit && load.kind !== 'cluster' ? <Places load={load} queue={queue} /> : <span className="tnum">{load.places}</span>}</td>
      <td className="px-4 py-2 text-right">
        {canAct && (
          <Button size="sm" kind="ghost" busy={pause.busy} aria-label={`${paused ? 'Resume' : 'Pause'} ${TASK_KIND[load.kind]} tasks`} onClick={() => pause.set(!paused, load.kind)}>
            {paused ? 'Resume' : 'Pause'}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Places({ load, queue }: { load: KindLoad; queue: QueueView }) {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [places, setPlaces] = useState(load.places);
  const save = useMutation({
    mutationFn: () => api.system.setQueue(site, { ...queue.settings, kinds: queue.settings.kinds.map((kind) => (kind.kind === load.kind ? { ...kind, places } : kind)) }),
    onSuccess: (next) => {
      queries.setQueryData(['igny8', tenant, 'queue', site], next);
      toasts.success(`${TASK_KIND[load.kind]}: ${places} at once`);
    },
    onError: (error) => toasts.problem(error),
  });
  return (
    <div className="flex items-end gap-2 [&_label]:sr-only">
      <StepperField label={`${TASK_KIND[load.kind]} tasks at once`} value={places} min={1} max={PLACES_MAX} onChange={setPlaces} />
      {places !== load.places && (
        <Button size="sm" kind="primary" busy={save.isPending} onClick={() => save.mutate()}>
          Save
        </Button>
      )}
    </div>
  );
}
