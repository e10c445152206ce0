import { expect, test } from 'vitest';
import type { TaskView, WaitingView } from '@igny8/protocol';
import { describeWaiting } from './waiting';

const waiting = (waiting: WaitingView): TaskView => ({ status: 'queued', waiting, waiting_for: null }) as TaskView;

test('why a task waits is said with its figures', () => {
  expect(describeWaiting(waiting({ reason: 'places', taken: 4, places: 4 }))).toBe('Waits for a place: 4 of 4 are taken');
  expect(describeWaiting(waiting({ reason: 'turn', behind: 12 }))).toBe('Waits for its turn, behind 12 tasks');
  expect(describeWaiting(waiting({ reason: 'credits', missing: 3 }))).toContain('3 credits');
  expect(describeWaiting(waiting({ reason: 'paused', pause: { scope: 'kind', kind: 'draft', by_error_rate: false, by: null, since: 0 } }))).toBe('Waits because Draft tasks are paused');
  expect(describeWaiting(waiting({ reason: 'tide_table' } as unknown as WaitingView))).toBe('Waits for tide table');
  expect(describeWaiting({ status: 'running' } as TaskView)).toBe('');
});
