import { useState } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { History } from 'lucide-react';
import type { TaskView } from '@igny8/protocol';
import { useApi, useSiteId, useSitePath, useTenantId } from '~/shared/data/workspace';
import { failureLabel } from '~/shared/format/failure';
import { dayStart } from '~/shared/format/day';
import { formatCount } from '~/shared/format/number';
import { formatExact } from '~/shared/format/time';
import { TASK_KIND } from '~/shared/format/word';
import type { Column } from '~/shared/table/column';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { TaskStatusBadge } from '~/shared/task/TaskStatusBadge';
import { Badge } from '~/shared/ui/Badge';
import { ButtonLink } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';

// The server's own bounds: days of one look into the log, and tasks of one answer.
const DAYS_MAX = 31;
const PAGE = 100;
const DAY_MS = 86_400_000;

const COLUMNS: Column<TaskView>[] = [
  { id: 'kind', header: 'Kind', width: '88px', cell: ({ kind }) => <Badge>{TASK_KIND[kind]}</Badge> },
  { id: 'title', header: 'Task', width: 'minmax(200px, 1.4fr)', narrow: 'minmax(0, 1fr)', cell: ({ title }) => <span className="font-medium">{title}</span> },
  { id: 'status', header: 'Status', width: '128px', narrow: '112px', cell: (task) => <TaskStatusBadge task={task} /> },
  { id: 'failure', header: 'Reason', width: 'minmax(140px, 1fr)', cell: ({ failure, status }) => failure && status !== 'succeeded' && <span title={failure.message}>{failureLabel(failure.code)}</span> },
  { id: 'credits', header: 'Spent', width: '64px', align: 'right', cell: ({ spent }) => formatCount(spent) },
  { id: 'ended', header: 'Ended', width: '168px', align: 'right', cell: ({ updated_at }) => <time className="text-ink-3">{formatExact(updated_at)}</time> },
];

/** Ended tasks that are no longer at hand: they stay in the log. */
export function TaskLogPage() {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const path = useSitePath();
  const [from, setFrom] = useState(() => dateOf(Date.now() - (DAYS_MAX - 1) * DAY_MS));
  const [until, setUntil] = useState(() => dateOf(Date.now()));
  const range = { from: dayStart(from), until: dayStart(until, 1) };
  const tooLong = range.from !== null && range.until !== null && range.until - range.from > DAYS_MAX * DAY_MS;
  const log = useInfiniteQuery({
    queryKey: ['igny8', tenant, 'task-log', site, range],
    queryFn: ({ pageParam }) => api.writer.keptTasks(site, { from: range.from ?? 0, until: range.until ?? 0, ...(pageParam ? { after: pageParam } : {}) }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.length < PAGE ? null : (page.at(-1)?.id ?? null)),
    enabled: range.from !== null && range.until !== null && !tooLong,
  });
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Older tasks" description="Ended long ago, or put away: kept in the log, the oldest first" actions={<ButtonLink to={path('tasks')}>Tasks at hand</ButtonLink>} />
      <FilterPanel what="older tasks">
        <TextField label="From day" type="date" className="tnum w-40" value={from} max={until} onChange={(event) => setFrom(event.target.value)} />
        <TextField label="To day" type="date" className="tnum w-40" value={until} min={from} error={tooLong ? `At most ${DAYS_MAX} days at once.` : undefined} onChange={(event) => setUntil(event.target.value)} />
      </FilterPanel>
      <DataTable
        label="Older tasks"
        columns={COLUMNS}
        rows={tooLong ? [] : log.data?.pages.flat()}
        rowKey={({ id }) => id}
        error={log.error}
        onRetry={() => void log.refetch()}
        hasMore={log.hasNextPage && !log.isFetchingNextPage}
        onMore={() => void log.fetchNextPage()}
        empty={
          <EmptyState icon={<History size={18} />} title="Nothing in these days">
            Tasks move here when they ended long ago, when there are too many of them, or when somebody puts a dead letter away.
          </EmptyState>
        }
      />
    </div>
  );
}

/** A day as a date field names it, here. */
function dateOf(at: number): string {
  const day = new Date(at);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}
