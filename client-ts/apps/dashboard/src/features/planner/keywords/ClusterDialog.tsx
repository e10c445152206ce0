import { useNavigate } from 'react-router';
import { useApi, useSiteId, useSitePath } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { QuoteDialog } from '~/shared/quote/QuoteDialog';

/** Groups keywords that one page can answer, after showing the price. */
export function ClusterDialog({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const path = useSitePath();
  const navigate = useNavigate();
  const toasts = useToasts();
  const run = async () => {
    await api.planner.cluster(site);
    toasts.success('Clustering has begun', { detail: 'Progress is in the bar below.', action: { label: 'Show the clusters', run: () => void navigate(path('clusters')) } });
  };
  return (
    <QuoteDialog
      title="Cluster the keywords"
      description="Keywords that one article can answer are put together. Locked clusters are left alone; the same keywords give the same clusters."
      request={{ kind: 'cluster' }}
      confirm="Cluster"
      onConfirm={run}
      onClose={onClose}
    />
  );
}
