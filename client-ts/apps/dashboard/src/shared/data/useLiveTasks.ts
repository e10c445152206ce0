import { useMemo } from 'react';
import { NORMAL } from '~/shared/task/priority';
import { isActive, type LiveTask } from '~/shared/task/liveTask';
import { useSiteState } from './workspace';

/** The site's tasks with their progress: what is active first, then the latest. */
export function useLiveTasks(): LiveTask[] {
  const { tasks, progress } = useSiteState();
  return useMemo(() => {
    const rows = [...tasks.values()].map((task) => ({ task, progress: progress.get(task.id) }));
    return rows.sort(byUrgency);
  }, [tasks, progress]);
}

const RANK = { running: 0, waiting_for_review: 1, queued: 2 } as Record<string, number>;

/** Running, waiting for a person, queued (the highest priority first, then the oldest), then ended (the newest first). */
export function byUrgency(a: LiveTask, b: LiveTask): number {
  const rank = (RANK[a.task.status] ?? 3) - (RANK[b.task.status] ?? 3);
  if (rank !== 0) return rank;
  const priority = a.task.status === 'queued' ? (b.task.priority ?? NORMAL) - (a.task.priority ?? NORMAL) : 0;
  if (priority !== 0) return priority;
  return isActive(a.task) ? a.task.created_at - b.task.created_at || a.task.id.localeCompare(b.task.id) : b.task.updated_at - a.task.updated_at;
}
