import type { TaskProgress, TaskStatus, TaskView } from '@igny8/protocol';

/** A task with the progress that is only in memory. */
export interface LiveTask {
  task: TaskView;
  progress?: TaskProgress | undefined;
}

const ACTIVE: ReadonlySet<TaskStatus> = new Set(['queued', 'running', 'waiting_for_review']);
const RETRYABLE: ReadonlySet<TaskStatus> = new Set(['failed', 'cancelled', 'dead']);
const CANCELLABLE: ReadonlySet<TaskStatus> = new Set(['queued', 'running']);

export const isActive = (task: TaskView): boolean => ACTIVE.has(task.status);
export const isRunning = (task: TaskView): boolean => task.status === 'running';
export const canRetry = (task: TaskView): boolean => RETRYABLE.has(task.status);
export const canCancel = (task: TaskView): boolean => CANCELLABLE.has(task.status);

/** What it does right now, in a few words. */
export function describeProgress({ task, progress }: LiveTask): string {
  if (task.status !== 'running') return '';
  if (!progress) return 'Starting';
  const words = progress.words ? ` · ${progress.words} words` : '';
  return capitalised(progress.stage) + words;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll('_', ' ');
}
