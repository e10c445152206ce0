import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { QueueView, TaskKind } from '@igny8/protocol';
import { useApi, useCan, useSiteId, useSitePath, useSiteState, useTenantId } from '~/shared/data/workspace';
import { useReread } from '~/shared/data/useReread';
import { describePause } from '~/shared/format/waiting';
import { formatAgo } from '~/shared/format/time';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { PageHeader, Section } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { StatsCards } from '~/shared/ui/StatsCards';
import { BatchList } from './BatchList';
import { KindTable } from './KindTable';

/** The site's queue as a whole: how busy it is, what is held up, how much of each kind runs at once. */
export function QueuePage() {
  const site = useSiteId();
  const tenant = useTenantId();
  const path = useSitePath();
  const queue = useRest(['queue', site], (rest) => rest.system.queue(site));
  useReread(['igny8', tenant, 'queue', site], useSiteState().tasks);
  if (queue.error) return <ProblemState error={queue.error} onRetry={() => void queue.refetch()} />;
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Queue" description="What runs, what waits, and what holds it up" actions={queue.data && <PauseSite queue={queue.data} />} />
      <div className="flex min-h-0 flex-1 flex-col gap-8 overflow-y-auto p-6">
        <StatsCards
          stats={[
            { label: 'Running', value: queue.data?.running, to: path('tasks?status=running'), note: queue.data && `of ${queue.data.settings.places} places` },
            { label: 'Waiting', value: queue.data?.waiting, to: path('tasks?status=queued'), note: 'each says why' },
            { label: 'Dead letters', value: queue.data?.dead_letters, to: path('dead-letters'), note: 'nothing was charged' },
          ]}
        />
        {queue.data?.pauses.map((pause) => (
          <Notice key={`${pause.scope}-${pause.kind}`} tone="warn" title={capital(describePause(pause))}>
            Since {formatAgo(pause.since)}. What runs goes on to its end; what waits keeps its place and costs nothing.
          </Notice>
        ))}
        <Section title="Kinds" description="How many tasks of each kind run at once">
          {queue.data ? <KindTable queue={queue.data} /> : <SkeletonLines lines={6} />}
        </Section>
        <Section title="Batches" description="Many tasks of one request">
          <BatchList />
        </Section>
      </div>
    </div>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Holds the site's queue up, or one kind of it, and lets it go on. */
export function usePause(): { set: (paused: boolean, kind?: TaskKind) => void; busy: boolean } {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const change = useMutation({
    mutationFn: ({ paused, kind }: { paused: boolean; kind: TaskKind | undefined }) => (paused ? api.system.pauseQueue(site, kind ? { kind } : {}) : api.system.resumeQueue(site, kind ? { kind } : {})),
    onSuccess: (queue: QueueView) => queries.setQueryData(['igny8', tenant, 'queue', site], queue),
    onError: (error) => toasts.problem(error),
  });
  return { set: (paused, kind) => change.mutate({ paused, kind }), busy: change.isPending };
}

function PauseSite({ queue }: { queue: QueueView }) {
  const pause = usePause();
  const paused = queue.pauses.some(({ scope }) => scope === 'site');
  if (!useCan('edit')) return null;
  return (
    <Button kind={paused ? 'primary' : 'secondary'} busy={pause.busy} onClick={() => pause.set(!paused)}>
      {paused ? 'Resume the queue' : 'Pause the queue'}
    </Button>
  );
}
