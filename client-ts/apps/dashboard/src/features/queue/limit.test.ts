import { expect, test } from 'vitest';
import type { ModelLimit } from '@igny8/protocol';
import { limitErrors, rateOf } from './limit';

const limit = (change: Partial<ModelLimit>): ModelLimit => ({ model: 'm', calls: 2, rate: null, ...change });

test('each limit has a model of its own and at least one bound within the server’s', () => {
  expect(limitErrors([limit({}), limit({ model: 'n', calls: null, rate: { per_minute: 6000, burst: 1 } })])).toEqual([{}, {}]);
  const [first, again] = limitErrors([limit({}), limit({ model: ' m ' })]);
  expect(first).toEqual({});
  expect(again?.model).toContain('already');
  expect(limitErrors([limit({ calls: null })])[0]?.calls).toContain('one of the two');
  for (const calls of [0, 101, 1.5]) expect(limitErrors([limit({ calls })])[0]?.calls).toBe('1 to 100.');
  expect(limitErrors([limit({ rate: { per_minute: 6001, burst: 1 } })])[0]?.rate).toBe('1 to 6000.');
});

test('a model without a name is not spoken of before it has one', () => {
  expect(limitErrors([limit({ model: '', calls: null }), limit({ model: '' })])).toEqual([{}, {}]);
});

test('what may start at once follows the rate, digit by digit, unless somebody set it', () => {
  expect(rateOf(30, rateOf(3, null))).toEqual({ per_minute: 30, burst: 3 });
  expect(rateOf(30, { per_minute: 3, burst: 7 })).toEqual({ per_minute: 30, burst: 7 });
  expect(rateOf(null, { per_minute: 3, burst: 7 })).toBeNull();
});
