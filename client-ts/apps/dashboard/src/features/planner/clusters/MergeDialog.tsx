import { useState } from 'react';
import type { ClusterView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { formatPlural } from '~/shared/format/number';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';

/** Several clusters into one of them. */
export function MergeDialog({ clusters, onClose, onDone }: { clusters: ClusterView[]; onClose: () => void; onDone: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [into, setInto] = useState(clusters[0]?.id ?? '');
  const merge = async () => {
    const kept = await api.planner.mergeClusters(site, into, clusters.filter((cluster) => cluster.id !== into).map((cluster) => cluster.id));
    toasts.success(`Merged into “${kept.name}”`);
    onDone();
  };
  return (
    <FormModal title={`Merge ${formatPlural(clusters.length, 'cluster')}`} description="All keywords go into the one you keep. The others are removed." submit="Merge" onSubmit={merge} onClose={onClose} canSubmit={into !== ''}>
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-xs font-medium text-ink-2">Keep</legend>
        {clusters.map((cluster) => (
          <label key={cluster.id} className="flex items-center gap-2.5 rounded-md border border-line px-3 py-2 has-checked:border-accent has-checked:bg-accent-soft">
            <input type="radio" name="into" checked={into === cluster.id} onChange={() => setInto(cluster.id)} className="accent-accent" />
            <span className="flex-1 truncate font-medium">{cluster.name}</span>
            <span className="tnum text-ink-3">{formatPlural(cluster.keywords.length, 'keyword')}</span>
          </label>
        ))}
      </fieldset>
    </FormModal>
  );
}
