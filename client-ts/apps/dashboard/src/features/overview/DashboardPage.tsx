import { Link } from 'react-router';
import { ArrowRight } from 'lucide-react';
import { useRest } from '@igny8/react';
import type { Overview } from '@igny8/protocol';
import { useReread } from '~/shared/data/useReread';
import { useLiveTasks } from '~/shared/data/useLiveTasks';
import { useSite, useSiteId, useSitePath, useSiteState, useTenantId } from '~/shared/data/workspace';
import { formatAgo, formatExact } from '~/shared/format/time';
import { TASK_KIND } from '~/shared/format/word';
import { TaskStatusBadge } from '~/shared/task/TaskStatusBadge';
import { Badge } from '~/shared/ui/Badge';
import { ButtonLink } from '~/shared/ui/Button';
import { Card, PageHeader, Section } from '~/shared/ui/PageHeader';
import { Skeleton, SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { StatsCards } from '~/shared/ui/StatsCards';
import { nextStep } from './nextStep';
import { countOf, PipelineChart } from './PipelineChart';

export function DashboardPage() {
  const id = useSiteId();
  const site = useSite();
  const tenant = useTenantId();
  const { revisions } = useSiteState();
  const overview = useRest(['overview', id], (rest) => rest.dashboard.overview(id));
  useReread(['igny8', tenant, 'overview', id], JSON.stringify(revisions));
  if (overview.error && !overview.data) return <ProblemState error={overview.error} onRetry={() => void overview.refetch()} />;
  const data = overview.data;
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Dashboard" description={site?.name} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-5xl flex-col gap-8 p-4 sm:p-6">
          <NextStep overview={data} />
          <Stats overview={data} />
          <div className="grid grid-cols-[minmax(0,1fr)] gap-8 lg:grid-cols-2">
            <Section title="Pipeline">
              <Card className="p-4">{data ? <PipelineChart overview={data} /> : <SkeletonLines lines={6} />}</Card>
            </Section>
            <Section
              title="Recent tasks"
              actions={
                <ButtonLink size="sm" kind="ghost" to={`/sites/${id}/tasks`}>
                  All tasks
                </ButtonLink>
              }
            >
              <RecentTasks />
            </Section>
          </div>
        </div>
      </div>
    </div>
  );
}

function Stats({ overview }: { overview: Overview | undefined }) {
  const path = useSitePath();
  const review = overview && countOf(overview.documents, 'in_review');
  return (
    <StatsCards
      stats={[
        { label: 'Keywords', value: overview?.keywords.total, note: overview && overview.keywords.new > 0 ? `${overview.keywords.new} not clustered yet` : '', to: path('keywords') },
        { label: 'Clusters', value: overview?.clusters, to: path('clusters') },
        { label: 'Ideas to decide on', value: overview?.ideas_new, to: path('ideas?status=new') },
        { label: 'Published', value: overview && countOf(overview.documents, 'published'), note: review ? `${review} waiting for review` : '', to: path('publish') },
      ]}
    />
  );
}

function NextStep({ overview }: { overview: Overview | undefined }) {
  const path = useSitePath();
  if (!overview) return <Skeleton className="h-18 rounded-lg" />;
  const step = nextStep(overview);
  return (
    <Card className="flex flex-wrap items-center justify-between gap-4 px-5 py-4">
      <div>
        <p className="text-xs font-medium text-accent-text">Next step</p>
        <p className="text-base font-semibold">{step.title}</p>
        <p className="text-ink-3">{step.text}</p>
      </div>
      <ButtonLink kind="primary" to={path(step.page)} icon={<ArrowRight size={14} />}>
        {step.action}
      </ButtonLink>
    </Card>
  );
}

// The rest is a click away.
const RECENT_MAX = 7;

function RecentTasks() {
  const tasks = useLiveTasks();
  const { phase } = useSiteState();
  const path = useSitePath();
  if (phase === 'connecting') return <Card className="p-4"><SkeletonLines lines={6} /></Card>;
  if (tasks.length === 0) return <Card className="px-4 py-10 text-center text-ink-3">What the AI does appears here.</Card>;
  return (
    <Card>
      <ul className="divide-y divide-line">
        {tasks.slice(0, RECENT_MAX).map(({ task }) => (
          <li key={task.id}>
            <Link to={path(`tasks?task=${task.id}`)} className="flex h-10 items-center gap-3 px-4 hover:bg-hover focus-visible:-outline-offset-2">
              <Badge>{TASK_KIND[task.kind]}</Badge>
              <span className="min-w-0 flex-1 truncate">{task.title}</span>
              <TaskStatusBadge task={task} />
              <time className="w-14 text-right text-xs text-ink-3" title={formatExact(task.updated_at)}>
                {formatAgo(task.updated_at)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
