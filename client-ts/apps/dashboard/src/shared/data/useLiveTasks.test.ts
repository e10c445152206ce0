import { expect, test } from 'vitest';
import type { TaskStatus, TaskView } from '@igny8/protocol';
import { byUrgency } from './useLiveTasks';

const row = (id: string, status: TaskStatus, created_at: number, updated_at = created_at) => ({ task: { id, status, created_at, updated_at } as TaskView });

test('of what waits, the higher priority is first', () => {
  const rows = [row('low', 'queued', 1), row('normal', 'queued', 2), row('high', 'queued', 3), row('runs', 'running', 4)];
  const priority: Record<string, number> = { low: 25, high: 75 };
  for (const { task } of rows) Object.assign(task, task.id in priority ? { priority: priority[task.id] } : {});
  expect(rows.sort(byUrgency).map(({ task }) => task.id)).toEqual(['runs', 'high', 'normal', 'low']);
});

test('what runs comes first, then what waits in its order, then what ended, the newest first', () => {
  const rows = [row('old-end', 'succeeded', 1, 10), row('late', 'queued', 5), row('new-end', 'failed', 2, 20), row('early', 'queued', 3), row('runs', 'running', 9)];
  expect(rows.sort(byUrgency).map(({ task }) => task.id)).toEqual(['runs', 'early', 'late', 'new-end', 'old-end']);
});
