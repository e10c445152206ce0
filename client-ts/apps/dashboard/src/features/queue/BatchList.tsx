import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import type { BatchView } from '@igny8/protocol';
import { useApi, useCan, useSiteId, useSiteState, useTenantId } from '~/shared/data/workspace';
import { useChanges } from '~/shared/data/useChanges';
import { useReread } from '~/shared/data/useReread';
import { capital } from '~/shared/format/failure';
import { describePause } from '~/shared/format/waiting';
import { formatCount, formatCredits } from '~/shared/format/number';
import { formatAgo, formatExact } from '~/shared/format/time';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Badge, StatusDot } from '~/shared/ui/Badge';
import { Button } from '~/shared/ui/Button';
import { ProgressBar } from '~/shared/ui/ProgressBar';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';

// As many as one looks through; older ones are a press away.
const PAGE = 20;

/** The latest batches with how far each is. */
export function BatchList() {
  const site = useSiteId();
  const tenant = useTenantId();
  const api = useApi();
  const batches = useInfiniteQuery({
    queryKey: ['igny8', tenant, 'batches', site],
    queryFn: ({ pageParam }) => api.writer.batches(site, { limit: PAGE, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const live = useSiteState();
  useReread(['igny8', tenant, 'batches', site], useChanges([live.tasks, live.batches]));
  if (batches.error && !batches.data) return <ProblemState error={batches.error} onRetry={() => void batches.refetch()} />;
  if (!batches.data) return <SkeletonLines lines={3} />;
  const rows = batches.data.pages.flatMap((page) => page.items);
  if (rows.length === 0) return <p className="rounded-lg border border-line px-4 py-3 text-sm text-ink-3">None yet. Ideas for several clusters, or drafts for several ideas, are queued as one batch and steered here as one.</p>;
  return (
    <div className="flex flex-col gap-2">
      <ul aria-label="Batches" className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
        {rows.map((batch) => (
          <BatchRow key={batch.id} batch={batch} />
        ))}
      </ul>
      {batches.hasNextPage && (
        <Button size="sm" className="self-center" busy={batches.isFetchingNextPage} onClick={() => void batches.fetchNextPage()}>
          Show older batches
        </Button>
      )}
    </div>
  );
}

function BatchRow({ batch }: { batch: BatchView }) {
  const { counts, skipped = 0 } = batch;
  const toCome = counts.to_come ?? 0;
  const ended = counts.total - counts.queued - counts.running - toCome;
  const bad = counts.failed + counts.dead;
  return (
    <li className="grid items-center gap-x-4 gap-y-2 px-4 py-3 sm:grid-cols-[minmax(0,1fr)_minmax(160px,260px)_144px]">
      <div className="min-w-0">
        <p className="flex items-center gap-2 font-medium">
          <span className="truncate">{batch.title}</span>
          {batch.paused && <Badge tone="warn" title={capital(describePause(batch.paused))}>paused</Badge>}
        </p>
        <p className="tnum text-xs text-ink-3">
          {formatCredits(batch.price)} at most{batch.stop_percent !== null && `, pauses when ${batch.stop_percent} % fail`} · <time title={formatExact(batch.created_at)}>{formatAgo(batch.created_at)}</time>
        </p>
      </div>
      <div className="flex flex-col gap-1">
        <ProgressBar fraction={counts.total > 0 ? ended / counts.total : 0} label={`Progress of ${batch.title}`} />
        <p className="tnum text-xs text-ink-2">
          {formatCount(counts.succeeded)} of {formatCount(counts.total)} done{bad > 0 && <span className="text-bad"> · {formatCount(bad)} failed</span>}
          {counts.running > 0 && ` · ${formatCount(counts.running)} running`}
          {toCome > 0 && <span title="A queue takes a part of a large batch at a time."> · {formatCount(toCome)} to come</span>}
          {skipped > 0 && <span title="Another task worked on these already, or they were gone when their turn came."> · {formatCount(skipped)} left out</span>}
        </p>
      </div>
      {batch.status === 'open' ? <BatchButtons batch={batch} /> : <span className="sm:justify-self-end"><StatusDot tone={batch.status === 'finished' ? 'good' : 'neutral'}>{batch.status === 'finished' ? 'Finished' : 'Cancelled'}</StatusDot></span>}
    </li>
  );
}

function BatchButtons({ batch }: { batch: BatchView }) {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const confirm = useConfirm();
  const canEdit = useCan('edit');
  const change = useMutation({
    mutationFn: (act: 'pauseBatch' | 'resumeBatch' | 'cancelBatch') => api.writer[act](site, batch.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['igny8', tenant, 'batches', site] }),
    onError: (error) => toasts.problem(error),
  });
  if (!canEdit) return null;
  const cancel = async () => {
    const body = 'What waits is not begun and costs nothing. What runs is stopped; text that is written already stays and is charged.';
    if (await confirm({ title: `Cancel “${batch.title}”?`, body, confirm: 'Cancel the batch', danger: true })) change.mutate('cancelBatch');
  };
  return (
    <div className="flex gap-2 sm:justify-end">
      <Button size="sm" busy={change.isPending} onClick={() => change.mutate(batch.paused ? 'resumeBatch' : 'pauseBatch')}>
        {batch.paused ? 'Resume' : 'Pause'}
      </Button>
      <Button size="sm" kind="danger" onClick={() => void cancel()}>
        Cancel
      </Button>
    </div>
  );
}
