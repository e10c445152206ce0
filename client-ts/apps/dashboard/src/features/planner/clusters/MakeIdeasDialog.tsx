import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useApi, useSiteId, useSitePath } from '~/shared/data/workspace';
import { formatPlural } from '~/shared/format/number';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { PLAN, PlanFields, placementOf } from '~/shared/quote/PlanFields';
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
  const [plan, setPlan] = useState(PLAN);
  const run = async () => {
    if (clusters.length === 1 && plan.priority === PLAN.priority) await api.planner.makeIdeas(site, { clusters, count });
    else await api.writer.createBatch(site, { title: `Ideas for ${formatPlural(clusters.length, 'cluster')}`, work: { kind: 'ideas', clusters, count }, stop_percent: plan.stopPercent, placement: placementOf(plan) });
    toasts.success(`${formatPlural(clusters.length, 'task')} queued`, { detail: 'Ideas appear as they are made.', action: { label: 'Show the ideas', run: () => void navigate(path('ideas')) } });
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
      <PlanFields plan={plan} many={clusters.length > 1} onChange={setPlan} />
    </QuoteDialog>
  );
}
