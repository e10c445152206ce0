import { useState } from 'react';
import { SlidersHorizontal } from 'lucide-react';
import { useRest } from '@igny8/react';
import { useCan, useSiteId, useSitePath, useSiteState, useTenantId, useTenantState } from '~/shared/data/workspace';
import { useChanges } from '~/shared/data/useChanges';
import { useReread } from '~/shared/data/useReread';
import { capital } from '~/shared/format/failure';
import { describePause } from '~/shared/format/waiting';
import { formatAgo } from '~/shared/format/time';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { PageHeader, Section } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { StatsCards } from '~/shared/ui/StatsCards';
import { BatchList } from './BatchList';
import { KindTable } from './KindTable';
import { PauseMenu, ResumeButton } from './pause';
import { QueueSettingsForm } from './QueueSettingsForm';

/** The site's queue as a whole: how busy it is, what is held up, how much of each kind runs at once. */
export function QueuePage() {
  const site = useSiteId();
  const tenant = useTenantId();
  const path = useSitePath();
  const canAct = useCan('edit');
  const canSet = useCan('settings');
  const [setting, setSetting] = useState(false);
  const queue = useRest(['queue', site], (rest) => rest.system.queue(site));
  const live = useSiteState();
  const { workPause } = useTenantState();
  useReread(['igny8', tenant, 'queue', site], useChanges([live.tasks, live.pauses, live.queueSettings, workPause]));
  if (queue.error && !queue.data) return <ProblemState error={queue.error} onRetry={() => void queue.refetch()} />;
  return (
    <div className="flex h-full flex-col">
      <PageHeader
        title="Queue"
        description="What runs, what waits, and what holds it up"
        actions={
          queue.data && (
            <>
              {canSet && (
                <Button icon={<SlidersHorizontal size={14} />} onClick={() => setSetting(true)}>
                  Settings
                </Button>
              )}
              {canAct && <PauseMenu queue={queue.data} />}
            </>
          )
        }
      />
      <div className="flex min-h-0 flex-1 flex-col gap-8 overflow-y-auto p-4 sm:p-6">
        <StatsCards
          stats={[
            { label: 'Running', value: queue.data?.running, to: path('tasks?status=running'), note: queue.data && `of ${queue.data.settings.places} places` },
            { label: 'Waiting', value: queue.data?.waiting, to: path('tasks?status=queued'), note: 'each says why' },
            { label: 'Dead letters', value: queue.data?.dead_letters, to: path('dead-letters'), note: 'nothing was charged' },
          ]}
        />
        {queue.data && queue.data.pauses.length > 0 && (
          <div className="flex flex-col gap-2">
            {queue.data.pauses.map((pause) => (
              <Notice key={`${pause.scope}-${pause.kind}`} tone="warn" title={capital(describePause(pause))} actions={canAct && <ResumeButton pause={pause} />}>
                Since {formatAgo(pause.since)}. What runs goes on to its end; what waits keeps its place and costs nothing.
              </Notice>
            ))}
          </div>
        )}
        <Section title="Kinds" description="How many tasks of each kind run at once">
          {queue.data ? <KindTable queue={queue.data} /> : <SkeletonLines lines={6} />}
        </Section>
        <Section title="Batches" description="Many tasks of one request">
          <BatchList />
        </Section>
      </div>
      {setting && queue.data && <QueueSettingsForm queue={queue.data} onClose={() => setSetting(false)} />}
    </div>
  );
}
