import type { ReactNode } from 'react';
import type { TaskView, UsageView } from '@igny8/protocol';
import { Ban, ExternalLink, Pause, Pencil, Play, RotateCcw, X } from 'lucide-react';
import { failureLabel, failureRemedy } from '~/shared/format/failure';
import { describeWaiting } from '~/shared/format/waiting';
import { TASK_KIND } from '~/shared/format/word';
import { formatCount, formatCredits, formatDollars } from '~/shared/format/number';
import { formatDuration, formatExact } from '~/shared/format/time';
import { Badge, StatusDot, type Tone } from '~/shared/ui/Badge';
import { Button, ButtonLink, IconButton } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { ProgressBar } from '~/shared/ui/ProgressBar';
import { SidePanel } from '~/shared/overlay/SidePanel';
import { AnswerReview } from './AnswerReview';
import { canCancel, canRetry, describeProgress, isActive, type LiveTask } from './liveTask';
import { PriorityField, priorityLabel } from './priority';
import type { TaskActions } from './TaskQueueTable';
import { TaskStatusBadge } from './TaskStatusBadge';
import { useLaneStanding } from './useLaneStanding';

interface TaskControlPanelProps {
  row: LiveTask;
  actions: TaskActions;
  canAct: boolean;
  documentPath: (document: string) => string;
  /** Opens the form in which an ended task is edited before it is tried again. */
  onEdit?: ((task: TaskView) => void) | undefined;
  onClose: () => void;
}

/** One task beside the queue: where it is, what it cost, what can be done, and its life so far. */
export function TaskControlPanel({ row, actions, canAct, documentPath, onEdit, onClose }: TaskControlPanelProps) {
  const { task } = row;
  return (
    <SidePanel label={`Task: ${task.title}`} onClose={onClose}>
      <header className="flex items-start gap-2 border-b border-line px-5 py-4">
        <div className="flex min-w-0 flex-1 flex-col items-start gap-1.5">
          <Badge>{TASK_KIND[task.kind]}</Badge>
          <h2 className="text-base font-semibold text-balance">{task.title}</h2>
        </div>
        <IconButton label="Close the task" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      <div className="flex flex-col gap-5 px-5 py-4">
        <Now row={row} />
        <Actions task={task} actions={actions} canAct={canAct} documentPath={documentPath} onEdit={onEdit} />
        {(task.status === 'waiting_for_review' || (task.kind === 'test_run' && task.status === 'succeeded')) && <AnswerReview task={task} canAct={canAct} />}
        <Facts task={task} />
        <Life task={task} />
      </div>
    </SidePanel>
  );
}

function Now({ row }: { row: LiveTask }) {
  const { task, progress } = row;
  const waits = describeWaiting(task);
  const standing = useLaneStanding(row);
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      <TaskStatusBadge task={task} />
      {task.status === 'running' && (
        <>
          <ProgressBar fraction={progress?.fraction} label="Progress" />
          <p className="tnum text-ink-2">{describeProgress(row)}</p>
          {standing && <p className="text-ink-2">{standing}</p>}
        </>
      )}
      {waits && <p className="text-ink-2">{waits}.</p>}
      {task.failure && canRetry(task) && (
        <Notice tone="bad" title={failureLabel(task.failure.code)}>
          {task.failure.message} {failureRemedy(task.failure.code)}
        </Notice>
      )}
    </div>
  );
}

function Actions({ task, actions, canAct, documentPath, onEdit }: Omit<TaskControlPanelProps, 'row' | 'onClose'> & { task: TaskView }) {
  const paused = task.waiting?.reason === 'paused' && task.waiting.pause.scope === 'task';
  return (
    <div className="flex flex-wrap items-end gap-2 empty:hidden">
      {task.document && (
        <ButtonLink to={documentPath(task.document)} kind={task.kind === 'draft' ? 'primary' : 'secondary'} icon={<ExternalLink size={14} />}>
          {task.status === 'running' ? 'Watch it being written' : 'Open the draft'}
        </ButtonLink>
      )}
      {canAct && canRetry(task) && (
        <Button icon={<RotateCcw size={14} />} onClick={() => actions.retry(task)}>
          Retry
        </Button>
      )}
      {canAct && canRetry(task) && onEdit && (
        <Button icon={<Pencil size={14} />} onClick={() => onEdit(task)}>
          Edit and retry
        </Button>
      )}
      {canAct && task.status === 'queued' && (
        <>
          {task.priority !== undefined && <PriorityField value={task.priority} onChange={(priority) => actions.setPriority([task], priority)} />}
          <Button icon={paused ? <Play size={14} /> : <Pause size={14} />} onClick={() => actions.pause(task, !paused)}>
            {paused ? 'Resume' : 'Pause'}
          </Button>
        </>
      )}
      {canAct && canCancel(task) && (
        <Button kind="danger" icon={<Ban size={14} />} onClick={() => actions.cancel(task)}>
          Cancel
        </Button>
      )}
    </div>
  );
}

function Facts({ task }: { task: TaskView }) {
  const facts: [string, ReactNode][] = [
    ['Price', task.price > 0 ? formatCredits(task.price) : 'Free'],
    ['Held now', formatCredits(task.held)],
    ['Spent', formatCredits(task.spent)],
    ['Attempts', `${task.attempts} of ${task.attempts_max}`],
    ...(task.priority === undefined || task.status === 'queued' ? [] : [['Priority', priorityLabel(task.priority)] satisfies [string, ReactNode]]),
    ['Model', task.model ?? '–'],
    ...(task.usage ? usageFacts(task.usage) : []),
    [isActive(task) ? 'Age' : 'Took', formatDuration(task.updated_at - task.created_at)],
  ];
  return (
    <dl className="grid grid-cols-[96px_1fr] gap-y-2 border-t border-line pt-4">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="tnum text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What its calls to models used, failed attempts too. */
function usageFacts(usage: UsageView): [string, ReactNode][] {
  const known = usage.reused_answers > 0 ? `, ${formatCount(usage.reused_answers)} known already` : '';
  return [
    ['Calls', `${formatCount(usage.calls)}${known}`],
    ['Tokens', `${formatCount(usage.input_tokens)} sent, ${formatCount(usage.output_tokens + usage.thinking_tokens)} received`],
    ['AI cost', usage.calls > 0 && usage.unpriced_calls === usage.calls ? 'not known' : formatDollars(usage.cost_micros)],
  ];
}

interface Moment {
  at: number;
  tone: Tone;
  text: string;
}

/** What is known of its life, the newest first. */
function momentsOf(task: TaskView): Moment[] {
  const moments: Moment[] = [{ at: task.created_at, tone: 'neutral', text: task.price > 0 ? `Queued, at a price of ${formatCredits(task.price)}` : 'Queued' }];
  if (task.failure) moments.push({ at: task.failure.at, tone: 'bad', text: `Attempt failed: ${failureLabel(task.failure.code)}; nothing was charged` });
  if (task.not_before && task.status === 'queued') moments.push({ at: task.not_before, tone: 'warn', text: 'Next attempt, not before' });
  const last: Partial<Record<TaskView['status'], Moment>> = {
    running: { at: task.updated_at, tone: 'accent', text: task.held > 0 ? `Running, ${formatCredits(task.held)} held` : 'Running' },
    succeeded: { at: task.updated_at, tone: 'good', text: task.spent > 0 ? `Succeeded, ${formatCredits(task.spent)} spent` : 'Succeeded' },
    cancelled: { at: task.updated_at, tone: 'neutral', text: 'Cancelled by a person' },
    dead: { at: task.updated_at, tone: 'bad', text: 'Gave up after all attempts' },
    waiting_for_review: { at: task.updated_at, tone: 'warn', text: 'Waits for a person' },
  };
  const now = last[task.status];
  if (now) moments.push(now);
  return moments.sort((a, b) => b.at - a.at);
}

function Life({ task }: { task: TaskView }) {
  return (
    <section className="border-t border-line pt-4">
      <h3 className="mb-2 text-xs font-medium text-ink-3">History</h3>
      <ol className="flex flex-col gap-2.5">
        {momentsOf(task).map((moment) => (
          <li key={`${moment.at}-${moment.text}`} className="grid grid-cols-[1fr_auto] items-baseline gap-3">
            <StatusDot tone={moment.tone}>
              <span className="whitespace-normal text-ink-2">{moment.text}</span>
            </StatusDot>
            <time className="tnum text-xs text-ink-3" title={formatExact(moment.at)}>
              {new Date(moment.at).toLocaleTimeString('en-GB')}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
