import { expect, test } from 'vitest';
import type { TaskView, WaitingView } from '@igny8/protocol';
import { describeWaiting } from './waiting';

const waiting = (waiting: WaitingView): TaskView => ({ status: 'queued', waiting, waiting_for: null }) as TaskView;

test('why a task waits is said with its figures', () => {
  expect(describeWaiting(waiting({ reason: 'places', taken: 4, places: 4 }))).toBe('Waits for a place: 4 of 4 are taken');
  expect(describeWaiting(waiting({ reason: 'turn', behind: 12 }))).toBe('Waits for its turn, behind 12 tasks');
  expect(describeWaiting(waiting({ reason: 'credits', missing: 3 }))).toContain('3 credits');
  expect(describeWaiting(waiting({ reason: 'cap', cap: 'day', until: Date.now() + 7_200_000 }))).toMatch(/^Waits for the end of the day’s budget cap, in 2h/);
  expect(describeWaiting(waiting({ reason: 'rest', model: 'gpt-5', code: 'rate_limited', until: Date.now() + 7_200_000 }))).toMatch(/^Waits for gpt-5, which rests \(too many requests\) and is asked again in 2h/);
  expect(describeWaiting(waiting({ reason: 'paused', pause: { scope: 'kind', kind: 'draft', by_error_rate: false, by: null, since: 0 } }))).toBe('Waits because Draft tasks are paused');
  expect(describeWaiting(waiting({ reason: 'tide_table' } as unknown as WaitingView))).toBe('Waits for tide table');
  expect(describeWaiting({ status: 'running' } as TaskView)).toBe('');
  expect(describeWaiting(waiting({ reason: 'model_turn', model: 'gpt-5', behind: 5, of_others: 3 }))).toBe('Waits for its turn at gpt-5, behind 5 calls, 3 of other workspaces');
  expect(describeWaiting(waiting({ reason: 'model_places', model: 'gpt-5', taken: 4, places: 4, by_site: true }))).toBe('Waits for gpt-5: 4 of 4 calls of this site are under way');
});
