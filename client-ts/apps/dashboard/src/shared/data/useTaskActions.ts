import { useMemo } from 'react';
import type { TaskView } from '@igny8/protocol';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { formatPlural } from '~/shared/format/number';
import { priorityLabel } from '~/shared/task/priority';
import type { TaskActions } from '~/shared/task/TaskQueueTable';
import { useApi, useSiteId } from './workspace';

/** Retry, cancel, priority and pause, with what they cost said before and after. */
export function useTaskActions(): TaskActions {
  const site = useSiteId();
  const api = useApi();
  const toasts = useToasts();
  const confirm = useConfirm();
  return useMemo(() => {
    const cancelNow = async (task: TaskView) => {
      const running = task.status === 'running';
      const body = running ? 'It is running. What it has written stays in the draft and is charged; without any text nothing is charged.' : 'It has not begun. Nothing is charged.';
      if (!(await confirm({ title: `Cancel “${task.title}”?`, body, confirm: 'Cancel the task', danger: true }))) return;
      await api.writer.cancelTask(site, task.id);
      toasts.success('Cancelled', { detail: task.title, action: running ? undefined : { label: 'Queue it again', run: () => void retry(task) } });
    };
    const retryNow = async (task: TaskView) => {
      await api.writer.retryTask(site, task.id);
      toasts.success('Queued again', { detail: task.title });
    };
    const retry = (task: TaskView) => retryNow(task).catch((error: unknown) => toasts.problem(error));
    const cancel = (task: TaskView) => cancelNow(task).catch((error: unknown) => toasts.problem(error));
    const setPriority = async (tasks: readonly TaskView[], priority: number) => {
      await api.writer.changeTasks(site, { tasks: tasks.map(({ id }) => id), priority });
      const [first] = tasks;
      toasts.success(`Priority: ${priorityLabel(priority)}`, { detail: tasks.length === 1 && first ? first.title : formatPlural(tasks.length, 'task') });
    };
    const pause = async (task: TaskView, paused: boolean) => {
      await (paused ? api.writer.pauseTask(site, task.id) : api.writer.resumeTask(site, task.id));
      toasts.success(paused ? 'Paused' : 'Goes on', { detail: task.title });
    };
    const told = (work: Promise<void>) => void work.catch((error: unknown) => toasts.problem(error));
    return { setPriority: (tasks, priority) => told(setPriority(tasks, priority)), pause: (task, paused) => told(pause(task, paused)), retry: (task) => void retry(task), cancel: (task) => void cancel(task) };
  }, [api, site, toasts, confirm]);
}
