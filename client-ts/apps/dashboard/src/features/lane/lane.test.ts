import { expect, test } from 'vitest';
import type { AiRouteView, LaneView } from '@igny8/protocol';
import { byAttention, describeLane, failuresOf, routeOf } from './lane';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const lane = (change: Partial<LaneView>): LaneView => ({ provider: 'platform', model: 'offline-1', own: false, state: 'closed', reason: null, until: null, under_way: 0, concurrency: 4, waiting: 0, waiting_own: 0, requests: null, tokens: null, latency_ms: null, calls: 0, failed_calls: 0, failures: {}, ...change });
const route = (change: Partial<AiRouteView>): AiRouteView => ({ name: 'main', capability: 'text', provider: 'platform', base_url: null, model: '', key_hint: null, weight: 1, context_tokens: null, json_schema: false, price: null, requests_per_minute: null, tokens_per_minute: null, concurrency: null, enabled: true, ...change });

test('a rest says why, how long, and what ends it', () => {
  expect(describeLane(lane({ state: 'open', reason: 'quota', until: NOW + 125_000 }), NOW).why).toContain('Out of budget at the provider. It rests for 2m 05s more');
  expect(describeLane(lane({ state: 'open', reason: 'unauthorized' }), NOW).why).toContain('until its key is changed');
  expect(describeLane(lane({ state: 'half_open', reason: 'timeout' }), NOW)).toMatchObject({ label: 'Being tried', tone: 'warn' });
  expect(describeLane(lane({}), NOW)).toEqual({ label: 'Open to calls', tone: 'good', why: '' });
});

test('what wants attention stands on top', () => {
  const lanes = [lane({ model: 'idle' }), lane({ model: 'busy', waiting: 3 }), lane({ model: 'tried', state: 'half_open' }), lane({ model: 'rests', state: 'open' })];
  expect(lanes.sort(byAttention).map(({ model }) => model)).toEqual(['rests', 'tried', 'busy', 'idle']);
});

test('failures are named, the most frequent first', () => {
  expect(failuresOf(lane({ failures: { timeout: 1, rate_limited: 4 } }))).toEqual([
    ['Too many requests', 4],
    ['No answer in time', 1],
  ]);
});

test('a lane is tested by the kept model whose calls go by it', () => {
  const routes = [route({}), route({ name: 'claude', provider: 'anthropic', model: 'opus' }), route({ name: 'local', provider: 'open_ai_compatible', base_url: 'http://127.0.0.1:1/v1', model: 'opus' })];
  expect(routeOf(lane({}), routes)?.name).toBe('main');
  expect(routeOf(lane({ own: true, provider: 'api.anthropic.com', model: 'opus' }), routes)?.name).toBe('claude');
  expect(routeOf(lane({ own: true, provider: '127.0.0.1', model: 'opus' }), routes)?.name).toBe('local');
  routes.unshift(route({ name: 'pictures', capability: 'picture' }));
  expect(routeOf(lane({}), routes)?.name).toBe('main');
  expect(routeOf(lane({ own: true, provider: 'gone.example', model: 'opus' }), routes)).toBeUndefined();
});
