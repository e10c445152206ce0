import { useMemo } from 'react';
import { useLiveTasks } from '~/shared/data/useLiveTasks';
import type { LiveTask } from '~/shared/task/liveTask';

/** The tasks that are about a document: what runs first, then the latest. */
export function useDocumentTasks(document: string): LiveTask[] {
  const tasks = useLiveTasks();
  return useMemo(() => tasks.filter(({ task }) => task.document === document), [tasks, document]);
}
