import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { Link } from 'react-router';
import type { Editor } from '@tiptap/react';
import type { OpenDocument } from '@igny8/react';
import { ArrowUpRight, PanelRight, RotateCcw, X } from 'lucide-react';
import type { DocumentView } from '@igny8/protocol';
import { useTaskActions } from '~/shared/data/useTaskActions';
import { useCan, useSitePath } from '~/shared/data/workspace';
import { formatAgo, formatExact } from '~/shared/format/time';
import { TASK_KIND } from '~/shared/format/word';
import { canRetry, describeProgress, isActive, type LiveTask } from '~/shared/task/liveTask';
import { TaskStatusBadge } from '~/shared/task/TaskStatusBadge';
import { Button, IconButton } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { classNames } from '~/shared/ui/classNames';
import { ActivityPane } from '../activity/ActivityPane';
import { AuthorBlock } from '../author/AuthorBlock';
import { CommentsPane } from '../comment/CommentsPane';
import { useComments } from '../comment/useComments';
import { FiguresBlock } from '../count/FiguresBlock';
import { SuggestionsPane } from '../suggestion/SuggestionsPane';
import { useSuggestions } from '../suggestion/useSuggestions';
import { Block } from './Block';
import { ImageList } from './ImageList';
import { RunList } from './RunList';

const TABS = ['about', 'comments', 'suggestions', 'activity'] as const;
type Tab = (typeof TABS)[number];

/** Beside the text: what is known of the draft, and what is said about it. A comment or suggestion that is begun or
 * chosen in the text shows itself. Where there is no room beside the text it is a drawer over it. */
export function SidePanel({ view, tasks, editor, open }: { view: DocumentView; tasks: LiveTask[]; editor: Editor | null; open: OpenDocument }) {
  const comments = useComments(view.id, editor, open.provider);
  const suggestions = useSuggestions(view.id, editor, open.provider, comments);
  const [tab, setTab] = useState<Tab>('about');
  const id = useId();
  const { pending, selected } = comments;
  const isThread = comments.threads?.some((one) => one.id === selected) ?? false;
  // What is decided is neither: whoever decided it stays where they are.
  const wanted = pending !== null || isThread ? 'comments' : suggestions.open.some((one) => one.id === selected) ? 'suggestions' : null;
  const { drawer, panel, show, hide, opener } = useDrawer();
  useEffect(() => {
    if (!wanted) return;
    setTab(wanted);
    show();
  }, [wanted, pending, selected, show]);
  const rewriting = tasks.some(({ task }) => task.kind === 'rewrite' && isActive(task));
  useEffect(() => {
    // Whoever is about to comment is not taken away from it.
    if (rewriting) setTab((now) => (now === 'about' ? 'suggestions' : now));
  }, [rewriting]);
  return (
    <>
      {!drawer && <Opener button={opener} open={comments.counts.open} onClick={show} />}
      <aside
        ref={panel}
        aria-label="Beside the draft"
        onKeyDown={(event) => closesDrawer(event) && hide()}
        className={classNames('w-80 shrink-0 flex-col border-l border-line bg-sunken', drawer ? 'fixed inset-y-0 right-0 z-30 flex max-w-full shadow-high lg:static lg:z-auto lg:shadow-none' : 'hidden lg:flex')}
      >
        <div className="flex shrink-0 items-center border-b border-line pr-2">
          <Tabs id={id} tab={tab} open={comments.counts.open} mine={comments.counts.mine} suggested={suggestions.open.length} onChange={setTab} />
          <IconButton label="Close the panel" className="ml-auto lg:hidden" onClick={hide}>
            <X size={16} />
          </IconButton>
        </div>
        <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${tab}`} tabIndex={0} className="min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2">
          {tab === 'about' && <About view={view} tasks={tasks} editor={editor} open={open} />}
          {tab === 'comments' && <CommentsPane comments={comments} />}
          {tab === 'activity' && <ActivityPane document={view.id} provider={open.provider} revision={view.updated_at} />}
          {tab === 'suggestions' && <SuggestionsPane suggestions={suggestions} tasks={tasks} />}
        </div>
      </aside>
    </>
  );
}

/** Whether the drawer is open; on a wide screen the panel is there in any case. Keys go along, and back to the button. */
function useDrawer() {
  const [drawer, setDrawer] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const before = useRef(false);
  useEffect(() => {
    const isOver = panel.current !== null && getComputedStyle(panel.current).position === 'fixed';
    if (drawer && isOver && !panel.current?.contains(document.activeElement)) firstOf(panel.current)?.focus();
    if (!drawer && before.current) opener.current?.focus();
    before.current = drawer;
  }, [drawer]);
  const show = useRef(() => setDrawer(true)).current;
  const hide = useRef(() => setDrawer(false)).current;
  return { drawer, panel, opener, show, hide };
}

/** The comment that is begun; otherwise the panel itself. */
function firstOf(panel: HTMLElement | null): HTMLElement | null | undefined {
  return panel?.querySelector<HTMLElement>('[aria-label="New comment"] textarea') ?? panel?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]');
}

/** A field keeps its Escape: there it takes back what was typed. */
function closesDrawer(event: KeyboardEvent): boolean {
  return event.key === 'Escape' && !event.defaultPrevented && !(event.target as HTMLElement).closest('dialog, textarea, [role="menu"]');
}

function Opener({ button, open, onClick }: { button: RefObject<HTMLButtonElement | null>; open: number; onClick: () => void }) {
  return (
    <button
      ref={button}
      type="button"
      onClick={onClick}
      className="fixed right-4 bottom-14 z-20 inline-flex h-10 items-center gap-2 rounded-full border border-line-strong bg-surface px-3.5 text-sm font-medium text-ink shadow-high hover:bg-hover lg:hidden"
    >
      <PanelRight size={16} aria-hidden="true" />
      {open > 0 ? `Comments and more (${open})` : 'Comments and more'}
    </button>
  );
}

function Tabs({ id, tab, open, mine, suggested, onChange }: { id: string; tab: Tab; open: number; mine: number; suggested: number; onChange: (tab: Tab) => void }) {
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const other = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? tab;
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
    <div role="tablist" aria-label="Beside the draft" onKeyDown={walk} className="flex h-10 min-w-0 shrink gap-2 overflow-x-auto px-3">
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
      {button(
        'suggestions',
        <>
          Suggestions
          {suggested > 0 && (
            <span data-testid="suggestion-count" className="tnum rounded-full bg-hover px-1.5 text-2xs text-ink-2">
              {suggested}
            </span>
          )}
        </>,
      )}
      {button('activity', 'Activity')}
    </div>
  );
}

/** Where it is published, its images, the tasks that worked on it. */
function About({ view, tasks, editor, open }: { view: DocumentView; tasks: LiveTask[]; editor: Editor | null; open: OpenDocument }) {
  return (
    <div className="flex flex-col divide-y divide-line">
      <PublishResult view={view} tasks={tasks} />
      {editor && <FiguresBlock view={view} editor={editor} />}
      <Block title="Images">
        <ImageList view={view} busy={tasks.some(({ task }) => task.kind === 'image' && (task.status === 'running' || task.status === 'queued'))} />
      </Block>
      <Block title="Tasks">{tasks.length === 0 ? <p className="text-ink-3">Written by hand.</p> : <TaskList tasks={tasks} />}</Block>
      <RunList document={view.id} revision={tasks.filter(({ task }) => task.kind === 'draft' || task.kind === 'rewrite').map(({ task }) => task.status).join()} />
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
