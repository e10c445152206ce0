import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useApi, useSiteId, useSitePath } from '~/shared/data/workspace';
import { formatPlural } from '~/shared/format/number';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { QuoteDialog } from '~/shared/quote/QuoteDialog';
import { StepperField } from '~/shared/ui/Field';

const COUNT_DEFAULT = 3;
// The server refuses more per cluster.
const COUNT_MAX = 10;

/** Article ideas for clusters: how many each, what it costs. */
export function MakeIdeasDialog({ clusters, onClose, onDone }: { clusters: string[]; onClose: () => void; onDone?: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const path = useSitePath();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [count, setCount] = useState(COUNT_DEFAULT);
  const run = async () => {
    const { tasks } = await api.planner.makeIdeas(site, { clusters, count });
    toasts.success(`${formatPlural(tasks.length, 'task')} queued`, { detail: 'Ideas appear as they are made.', action: { label: 'Show the ideas', run: () => void navigate(path('ideas')) } });
    onDone?.();
  };
  return (
    <QuoteDialog
      title="Make ideas"
      description={`For ${formatPlural(clusters.length, 'cluster')}. Ideas that exist already are caught before credits are spent.`}
      request={{ kind: 'ideas', clusters, count }}
      confirm="Make ideas"
      onConfirm={run}
      onClose={onClose}
    >
      <StepperField label="Ideas for each cluster" value={count} min={1} max={COUNT_MAX} onChange={setCount} />
    </QuoteDialog>
  );
}
