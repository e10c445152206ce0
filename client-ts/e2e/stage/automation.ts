import type { AutomationKind, ExecutionView, ScheduleView, TimingPreview } from '@igny8/protocol';
import { ACCOUNT, NOW } from './data.js';

// The stage's automations: set in part, with a history of every ending.
const MINUTE = 60_000;

const TIMES: [AutomationKind, string, string][] = [
  ['cluster', '0 */6 * * *', 'At minute 0, of every 6 hours.'],
  ['ideas', '20 */6 * * *', 'At minute 20, of every 6 hours.'],
  ['drafts', '40 */3 * * *', 'At minute 40, of every 3 hours.'],
  ['images', '55 */3 * * *', 'At minute 55, of every 3 hours.'],
  ['publish', '0 9,21 * * *', 'At 09:00, 21:00.'],
  ['clean_up', '0 4 * * *', 'At 04:00.'],
];

export const SCHEDULES: ScheduleView[] = TIMES.map(([kind, cron, words], number) => ({
  kind,
  enabled: number < 4,
  timing: { cron, zone: 'Europe/Stockholm' },
  words,
  rules: { catch_up: 'last', catch_up_minutes: 1440, overlap: 'skip', jitter_seconds: 300, items_max: 5, each: 1, credits_max: 15, per_day_max: 10, live: true, keep_days: 30, dry_run: kind === 'images' },
  next_at: number < 4 ? NOW + (number + 1) * 47 * MINUTE : null,
  updated_at: NOW - 900 * MINUTE,
}));

const execution = (minutes: number, kind: AutomationKind, change: Partial<ExecutionView>): ExecutionView => ({
  kind,
  scheduled_at: NOW - minutes * MINUTE,
  trigger: 'schedule',
  asked_by: null,
  dry_run: false,
  status: 'succeeded',
  picked: [],
  skipped: [],
  skipped_more: 0,
  price: 0,
  spent: 0,
  note: null,
  created_at: NOW - minutes * MINUTE,
  started_at: NOW - minutes * MINUTE + 400,
  ended_at: NOW - (minutes - 3) * MINUTE,
  ...change,
});

export const EXECUTIONS: ExecutionView[] = [
  execution(4, 'drafts', {
    status: 'running',
    picked: [
      { title: 'Find North When the Battery Dies', task: 'task-1', price: 3, outcome: 'succeeded', failure: null },
      { title: 'Layering for Wet Cold', task: 'task-2', price: 3, outcome: null, failure: null },
    ],
    skipped: [{ title: 'Three Weeks at Altitude: What Changes and When', code: 'failed_before', reason: 'Its last task failed: try again by hand. The model did not answer within 120 s.' }],
    skipped_more: 3,
    price: 6,
    spent: 3,
    ended_at: null,
  }),
  execution(49, 'images', { dry_run: true, picked: [{ title: 'Cold Soaking: Cooking Without a Stove', task: null, price: 1, outcome: null, failure: null }], price: 1 }),
  execution(184, 'drafts', {
    status: 'failed',
    picked: [{ title: 'Three Weeks at Altitude: What Changes and When', task: 'task-3', price: 3, outcome: 'failed', failure: 'The model did not answer within 120 s. Nothing was charged.' }],
    price: 3,
  }),
  execution(230, 'publish', { trigger: 'person', asked_by: ACCOUNT.id, status: 'skipped', note: 'This needs 3 credits and 1 are available. Nothing was charged. Buy credits or do less at once.' }),
  execution(364, 'drafts', { trigger: 'catch_up', picked: [{ title: 'What an Ultralight Tent Gives Up', task: 'task-4', price: 3, outcome: 'succeeded', failure: null }], price: 3, spent: 3 }),
  execution(380, 'cluster', { note: 'There was nothing to do.' }),
];

export const ZONES = ['America/New_York', 'Asia/Kathmandu', 'Europe/London', 'Europe/Stockholm', 'UTC'];

/** As the server words it; only one expression is known here. */
export function preview(query: URLSearchParams): TimingPreview {
  const hours = query.get('cron') === '0 */6 * * *' ? 6 : 3;
  const upcoming = [1, 2, 3, 4, 5].map((number) => ({ at: NOW + number * hours * 60 * MINUTE, wall_clock: `Sun 2026-11-29 ${String((number * hours) % 24).padStart(2, '0')}:00 +01:00` }));
  return { words: `At minute 0, of every ${hours} hours.`, upcoming };
}
