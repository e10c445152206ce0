import { useEffect, useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Link } from 'react-router';
import type { Editor } from '@tiptap/react';
import type { OpenDocument } from '@igny8/react';
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
import { classNames } from '~/shared/ui/classNames';
import { AuthorBlock } from '../author/AuthorBlock';
import { CommentsPane } from '../comment/CommentsPane';
import { useComments } from '../comment/useComments';
import { Block } from './Block';
import { ImageList } from './ImageList';
import { RunList } from './RunList';

type Tab = 'about' | 'comments';

/** Beside the text: what is known of the draft, and what is said about it. A comment that is begun or chosen in the text shows itself. */
export function SidePanel({ view, tasks, editor, open }: { view: DocumentView; tasks: LiveTask[]; editor: Editor | null; open: OpenDocument }) {
  const comments = useComments(view.id, editor, open.provider);
  const [tab, setTab] = useState<Tab>('about');
  const id = useId();
  const wanted = comments.pending !== null || comments.selected !== null;
  useEffect(() => {
    if (wanted) setTab('comments');
  }, [wanted, comments.pending, comments.selected]);
  return (
    <aside aria-label="Beside the draft" className="hidden w-80 shrink-0 flex-col border-l border-line bg-sunken lg:flex">
      <Tabs id={id} tab={tab} open={comments.counts.open} mine={comments.counts.mine} onChange={setTab} />
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${tab}`} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2">
        {tab === 'about' ? <About view={view} tasks={tasks} editor={editor} open={open} /> : <CommentsPane comments={comments} />}
      </div>
    </aside>
  );
}

function Tabs({ id, tab, open, mine, onChange }: { id: string; tab: Tab; open: number; mine: number; onChange: (tab: Tab) => void }) {
  const other = tab === 'about' ? 'comments' : 'about';
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    onChange(other);
    event.currentTarget.querySelector<HTMLElement>(`[data-tab="${other}"]`)?.focus();
  };
  const button = (of: Tab, label: ReactNode) => (
    <button
      type="button"
      role="tab"
      id={`${id}-${of}`}
      data-tab={of}
      aria-selected={of === tab}
      aria-controls={`${id}-panel`}
      tabIndex={of === tab ? 0 : -1}
      onClick={() => onChange(of)}
      className={classNames('-mb-px flex items-center gap-1.5 border-b-2 px-1 text-xs font-medium focus-visible:-outline-offset-2', of === tab ? 'border-accent text-ink' : 'border-transparent text-ink-3 hover:text-ink')}
    >
      {label}
    </button>
  );
  return (
    <div role="tablist" aria-label="Beside the draft" onKeyDown={walk} className="flex h-10 shrink-0 gap-4 border-b border-line px-4">
      {button('about', 'About')}
      {button(
        'comments',
        <>
          Comments
          {open > 0 && (
            <span data-testid="comment-count" title={mine > 0 ? `${mine} of them mention you` : undefined} className={classNames('tnum rounded-full px-1.5 text-2xs', mine > 0 ? 'bg-accent text-on-accent' : 'bg-hover text-ink-2')}>
              {open}
            </span>
          )}
        </>,
      )}
    </div>
  );
}

/** Where it is published, its images, the tasks that worked on it. */
function About({ view, tasks, editor, open }: { view: DocumentView; tasks: LiveTask[]; editor: Editor | null; open: OpenDocument }) {
  return (
    <div className="flex flex-col divide-y divide-line">
      <PublishResult view={view} tasks={tasks} />
      <Block title="Images">
        <ImageList view={view} busy={tasks.some(({ task }) => task.kind === 'image' && (task.status === 'running' || task.status === 'queued'))} />
      </Block>
      <Block title="Tasks">{tasks.length === 0 ? <p className="text-ink-3">Written by hand.</p> : <TaskList tasks={tasks} />}</Block>
      <RunList document={view.id} revision={tasks.filter(({ task }) => task.kind === 'draft').map(({ task }) => task.status).join()} />
      <AuthorBlock document={view.id} editor={editor} open={open} />
      <Block title="Details">
        <dl className="grid grid-cols-[80px_1fr] gap-y-1.5">
          <dt className="text-ink-3">Created</dt>
          <dd className="tnum">{formatExact(view.created_at)}</dd>
          <dt className="text-ink-3">Changed</dt>
          <dd className="tnum">{formatAgo(view.updated_at)}</dd>
        </dl>
      </Block>
    </div>
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
