import { Activity, Bot, Server } from 'lucide-react';
import { useActivity } from '@igny8/react';
import type { ActivityView, DocumentProvider, DoerView } from '@igny8/sdk';
import { useSiteId } from '~/shared/data/workspace';
import { formatAgo, formatExact } from '~/shared/format/time';
import { Avatar, colourOf } from '~/shared/ui/Avatar';
import { Button } from '~/shared/ui/Button';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { did, doerMade, doerName } from './word';

/** What happened in a draft, the latest first. `revision` changes with what its site knows of it. */
export function ActivityPane({ document, provider, revision }: { document: string; provider: DocumentProvider; revision: unknown }) {
  const site = useSiteId();
  const read = useActivity(site, document, provider, revision);
  if (read.error && !read.data) return <ProblemState error={read.error} onRetry={() => void read.refetch()} />;
  if (!read.data) {
    return (
      <div className="px-5 py-4">
        <SkeletonLines lines={5} />
      </div>
    );
  }
  const entries = read.data.pages.flatMap((page) => page.items);
  if (entries.length === 0) return <Nothing />;
  return (
    <div className="flex flex-col gap-4 px-5 py-4">
      <ol aria-label="Activity" className="flex flex-col gap-4">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      {read.hasNextPage && (
        <Button size="sm" className="self-start" disabled={read.isFetchingNextPage} onClick={() => void read.fetchNextPage()}>
          Show earlier
        </Button>
      )}
    </div>
  );
}

function Entry({ entry }: { entry: ActivityView }) {
  const at = entry.until ?? entry.at;
  const made = doerMade(entry.by);
  return (
    <li className="flex gap-2.5">
      <Sign by={entry.by} />
      <div className="min-w-0 flex-1">
        <p>
          <span className="font-medium text-ink">{doerName(entry.by)}</span> {did(entry)}
        </p>
        {entry.text !== null && <p className="line-clamp-2 border-l-2 border-line-strong pl-2 text-xs text-ink-2">{entry.text}</p>}
        {made && <p className="truncate text-xs text-ink-3">{made}</p>}
        <time dateTime={new Date(at).toISOString()} title={formatExact(at)} className="block text-xs text-ink-3">
          {formatAgo(at)}
        </time>
      </div>
    </li>
  );
}

function Sign({ by }: { by: DoerView }) {
  if (by.kind === 'account') return <Avatar name={doerName(by)} colour={colourOf(by.account)} size={22} />;
  const Icon = by.kind === 'run' ? Bot : Server;
  return (
    <span aria-hidden="true" className="flex size-[22px] shrink-0 items-center justify-center rounded-full bg-hover text-ink-2">
      <Icon size={13} />
    </span>
  );
}

function Nothing() {
  return (
    <div role="status" className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <Activity size={18} className="text-ink-3" aria-hidden="true" />
      <p className="font-medium text-ink">Nothing has happened yet</p>
    </div>
  );
}
