import { useQuery } from '@tanstack/react-query';
import { Lock, Waypoints } from 'lucide-react';
import { useRest } from '@igny8/react';
import { useApi, useCan, useSitePath, useTenantId } from '~/shared/data/workspace';
import { formatPlural } from '~/shared/format/number';
import { ButtonLink } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { EmptyState, ProblemState, StateMessage } from '~/shared/ui/StateMessage';
import { byAttention, laneKey, routeOf } from './lane';
import { LaneCard } from './LaneCard';

// Lanes change with each call and belong to no stream: they are looked at while somebody looks.
const REFRESH_MS = 2000;

/** The ways to the models: which are open, which rest and why, who waits there. */
export function LanesPage() {
  const mayRead = useCan('system');
  const path = useSitePath();
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Lanes" description="The ways to the AI models: provider, model and key" actions={<ButtonLink to={path('ai-models')}>AI models</ButtonLink>} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-5xl flex-col gap-4 p-4 sm:p-6">
          {mayRead ? (
            <Lanes />
          ) : (
            <StateMessage icon={<Lock size={18} />} title="Lanes are for those who run work">
              Editors, admins and owners see them. Why a task of yours waits stands beside the task.
            </StateMessage>
          )}
        </div>
      </div>
    </div>
  );
}

function Lanes() {
  const api = useApi();
  const tenant = useTenantId();
  const path = useSitePath();
  const manages = useCan('models');
  const lanes = useQuery({ queryKey: ['igny8', tenant, 'lanes'], queryFn: () => api.system.lanes(), refetchInterval: REFRESH_MS });
  if (lanes.error && !lanes.data) return <ProblemState error={lanes.error} onRetry={() => void lanes.refetch()} />;
  if (!lanes.data) return <SkeletonLines lines={6} />;
  if (lanes.data.lanes.length === 0) {
    return (
      <EmptyState icon={<Waypoints size={18} />} title="No lane has been used yet" actions={<ButtonLink to={path('ai-models')}>See the AI models</ButtonLink>}>
        A lane appears with the first call to its model since the server started: make ideas, or write a draft.
      </EmptyState>
    );
  }
  const sorted = [...lanes.data.lanes].sort(byAttention);
  const resting = sorted.filter(({ state }) => state !== 'closed').length;
  return (
    <>
      <p className="text-ink-3" role="status">
        {resting === 0 ? 'All lanes are open to calls.' : `${formatPlural(resting, 'lane')} of ${sorted.length} ${resting === 1 ? 'rests' : 'rest'}: what waits there looks for another model, or comes back by itself.`}
      </p>
      {manages ? <Tested lanes={sorted} readAt={lanes.dataUpdatedAt} /> : <Cards lanes={sorted} readAt={lanes.dataUpdatedAt} />}
    </>
  );
}

type CardsProps = { lanes: Parameters<typeof LaneCard>[0]['lane'][]; readAt: number };

/** With the models that can be tested: only those who manage them may ask for them. */
function Tested({ lanes, readAt }: CardsProps) {
  const routes = useRest(['ai-routes'], (rest) => rest.settings.aiRoutes());
  return <Cards lanes={lanes} readAt={readAt} nameOf={(lane) => routeOf(lane, routes.data?.routes ?? [])?.name} />;
}

function Cards({ lanes, readAt, nameOf }: CardsProps & { nameOf?: (lane: CardsProps['lanes'][number]) => string | undefined }) {
  return (
    <ul aria-label="Lanes" className="flex flex-col gap-4">
      {lanes.map((lane, index) => (
        // Two keys of one provider and model are two lanes that look alike.
        <LaneCard key={`${laneKey(lane)}-${index}`} lane={lane} now={readAt} testName={nameOf?.(lane)} />
      ))}
    </ul>
  );
}
