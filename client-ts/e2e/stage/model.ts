import type { AiRoutes, LaneView, TaskKind, UsageReport, UsageRowView } from '@igny8/protocol';
import { NOW, SECOND_SITE, SITE } from './data.js';

// The stage's models: one that is well, one that rests, and one whose key was refused; used for a month.
const DAY = 86_400_000;

const lane = (change: Partial<LaneView>): LaneView => ({ provider: 'platform', model: 'offline-1', own: false, state: 'closed', reason: null, until: null, under_way: 2, concurrency: 32, waiting: 5, waiting_own: 1, requests: { per_minute: 60, left: 4 }, tokens: null, latency_ms: 340, calls: 1284, failed_calls: 3, failures: { timeout: 2, broken_stream: 1 }, ...change });

export const LANES: LaneView[] = [
  lane({}),
  lane({ provider: 'api.anthropic.com', model: 'claude-sonnet-4', own: true, state: 'open', reason: 'quota', until: NOW + 2_700_000, under_way: 0, waiting: 0, waiting_own: 0, tokens: { per_minute: 80_000, left: 8_000 }, latency_ms: 1240, calls: 412, failed_calls: 14, failures: { quota: 1, rate_limited: 13 } }),
  lane({ provider: 'models.northtrail.example', model: 'writer-large', own: true, state: 'half_open', reason: 'unavailable', under_way: 1, concurrency: 4, waiting: 3, waiting_own: 3, requests: null, calls: 40, failed_calls: 3, failures: { unavailable: 3 } }),
];

export const AI_ROUTES: AiRoutes = {
  routes: [
    { name: 'main', capability: 'text', provider: 'anthropic', base_url: null, model: 'claude-sonnet-4', key_hint: 'x7Qa', weight: 1, context_tokens: 200_000, json_schema: true, price: null, requests_per_minute: null, tokens_per_minute: 80_000, concurrency: null, enabled: true },
    { name: 'own machine', capability: 'text', provider: 'open_ai_compatible', base_url: 'https://models.northtrail.example/v1', model: 'writer-large', key_hint: null, weight: 2, context_tokens: 32_000, json_schema: false, price: { input: 150_000, cached: 150_000, cache_write: 150_000, output: 600_000 }, requests_per_minute: 30, tokens_per_minute: null, concurrency: 4, enabled: true },
    { name: 'server', capability: 'text', provider: 'platform', base_url: null, model: '', key_hint: null, weight: 1, context_tokens: null, json_schema: false, price: null, requests_per_minute: null, tokens_per_minute: null, concurrency: null, enabled: false },
    { name: 'painter', capability: 'picture', provider: 'runware', base_url: null, model: 'runware:101@1', key_hint: 'r4Wn', weight: 1, context_tokens: null, json_schema: false, price: null, requests_per_minute: null, tokens_per_minute: null, concurrency: 2, enabled: true },
  ],
  policy: 'order',
  budget: { task_micros: 250_000, day_micros: 2_000_000, month_micros: null },
  reuse_answers: true,
};

const KINDS: TaskKind[] = ['draft', 'ideas', 'cluster'];

/** The figures follow from the day alone, so that every look is the same. */
function row(daysAgo: number, kind: TaskKind, number: number): UsageRowView {
  const today = Math.floor(NOW / DAY) * DAY;
  const calls = ((daysAgo * 7 + number * 3) % 9) + 1;
  const anthropic = kind === 'draft';
  return {
    day: today - daysAgo * DAY,
    site: number === 2 ? SECOND_SITE.id : SITE.id,
    provider: anthropic ? 'api.anthropic.com' : 'models.northtrail.example',
    model: anthropic ? 'claude-sonnet-4' : 'writer-large',
    kind,
    used: { calls, failed_calls: calls > 8 ? 1 : 0, reused_answers: calls % 3, input_tokens: calls * 1834, cached_tokens: calls * 410, output_tokens: calls * 2210, thinking_tokens: anthropic ? calls * 320 : 0, cost_micros: calls * (anthropic ? 43_517 : 1_601), saved_micros: (calls % 3) * 1_409, estimated_calls: kind === 'cluster' ? 1 : 0, unpriced_calls: 0 },
  };
}

export function usage(query: URLSearchParams): UsageReport {
  const days = Number(query.get('days') ?? 30);
  const used = [...Array(days).keys()].filter((day) => day % 6 !== 5);
  const rows = used.flatMap((day) => KINDS.map((kind, number) => row(day, kind, number)));
  const total = rows.reduce((sum, { used: one }) => Object.fromEntries(Object.entries(sum).map(([field, value]) => [field, value + one[field as keyof typeof one]])) as typeof one, row(0, 'draft', 0).used);
  return { from: Math.floor(NOW / DAY) * DAY - (days - 1) * DAY, rows, total, price_table_version: 3 };
}
