import type { TaskProgress, TaskView } from '@igny8/sdk';
import { useMemo } from 'react';

import { useSite } from './site.js';

/** A task with what it is doing just now. */
export interface LiveTask extends TaskView {
  progress: TaskProgress | null;
}

/** The site's tasks that are not ended, and the latest that are; the newest first. */
export function useTasks(site: string, filter?: (task: TaskView) => boolean): readonly LiveTask[] {
  const { tasks, progress } = useSite(site);
  return useMemo(
    () =>
      [...tasks.values()]
        .filter((task) => filter?.(task) ?? true)
        .sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1))
        .map((task) => ({ ...task, progress: progress.get(task.id) ?? null })),
    [tasks, progress, filter],
  );
}

/** One task; null while it is not known here (older than the stream's snapshot: read it by REST). */
export function useTask(site: string, task: string): LiveTask | null {
  const { tasks, progress } = useSite(site);
  const found = tasks.get(task);
  const doing = progress.get(task) ?? null;
  return useMemo(() => (found === undefined ? null : { ...found, progress: doing }), [found, doing]);
}
