import { Link } from 'react-router';
import { ArrowUpRight, RotateCcw } from 'lucide-react';
import type { DocumentView } from '@igny8/protocol';
import { useTaskActions } from '~/shared/data/useTaskActions';
import { useCan, useSitePath } from '~/shared/data/workspace';
import { formatAgo, formatExact } from '~/shared/format/time';
import { TASK_KIND } from '~/shared/format/word';
import { canRetry, describeProgress, type LiveTask } from '~/shared/task/liveTask';
import { TaskStatusBadge } from '~/shared/task/TaskStatusBadge';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { Block } from './Block';
import { ImageList } from './ImageList';
import { RunList } from './RunList';

/** Beside the text: where it is published, its images, the tasks that worked on it. */
export function SidePanel({ view, tasks }: { view: DocumentView; tasks: LiveTask[] }) {
  return (
    <aside aria-label="About this draft" className="hidden w-80 shrink-0 flex-col divide-y divide-line overflow-y-auto border-l border-line bg-sunken lg:flex">
      <PublishResult view={view} tasks={tasks} />
      <Block title="Images">
        <ImageList view={view} busy={tasks.some(({ task }) => task.kind === 'image' && (task.status === 'running' || task.status === 'queued'))} />
      </Block>
      <Block title="Tasks">{tasks.length === 0 ? <p className="text-ink-3">Written by hand.</p> : <TaskList tasks={tasks} />}</Block>
      <RunList document={view.id} revision={tasks.filter(({ task }) => task.kind === 'draft').map(({ task }) => task.status).join()} />
      <Block title="Details">
        <dl className="grid grid-cols-[80px_1fr] gap-y-1.5">
          <dt className="text-ink-3">Created</dt>
          <dd className="tnum">{formatExact(view.created_at)}</dd>
          <dt className="text-ink-3">Changed</dt>
          <dd className="tnum">{formatAgo(view.updated_at)}</dd>
        </dl>
      </Block>
    </aside>
  );
}

/** The permalink, or the failure of the last publication with its next step. */
function PublishResult({ view, tasks }: { view: DocumentView; tasks: LiveTask[] }) {
  const actions = useTaskActions();
  const canAct = useCan('edit');
  const last = tasks.filter(({ task }) => task.kind === 'publish').sort((a, b) => b.task.created_at - a.task.created_at)[0];
  const failed = last && canRetry(last.task) && last.task.failure;
  if (!view.permalink && !failed) return null;
  return (
    <Block title="Publication">
      {view.permalink && <Permalink address={view.permalink} />}
      {last && failed && (
        <Notice tone="bad" title="Publishing failed">
          <p>{failed.message}</p>
          {canAct && (
            <Button size="sm" className="mt-2" icon={<RotateCcw size={12} />} onClick={() => actions.retry(last.task)}>
              Try again
            </Button>
          )}
        </Notice>
      )}
    </Block>
  );
}

/** An address to open, or the folder of an export. */
export function Permalink({ address }: { address: string }) {
  if (!/^https?:\/\//.test(address)) {
    return (
      <code data-testid="permalink" className="rounded-sm bg-hover px-1.5 py-1 text-xs break-all">
        {address}
      </code>
    );
  }
  return (
    <a data-testid="permalink" href={address} target="_blank" rel="noopener noreferrer" className="inline-flex min-w-0 items-center gap-1 rounded-sm font-medium text-accent-text hover:underline">
      <span className="truncate">{address.replace(/^https?:\/\//, '')}</span>
      <ArrowUpRight size={14} className="shrink-0" aria-hidden="true" />
    </a>
  );
}

function TaskList({ tasks }: { tasks: LiveTask[] }) {
  const path = useSitePath();
  return (
    <ul className="flex flex-col gap-1">
      {tasks.map((row) => (
        <li key={row.task.id}>
          <Link to={path(`tasks?task=${row.task.id}`)} className="-mx-2 flex items-center justify-between gap-2 rounded-md px-2 py-1 hover:bg-hover">
            <span>{TASK_KIND[row.task.kind]}</span>
            <span className="tnum flex items-center gap-2 text-xs text-ink-3">
              {describeProgress(row) || (row.task.spent > 0 && `${row.task.spent} spent`)}
              <TaskStatusBadge task={row.task} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
