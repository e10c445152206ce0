import type { Page } from '@igny8/protocol';
import { EXECUTIONS, preview, SCHEDULES, ZONES } from './automation.js';
import * as data from './data.js';
import { AI_ROUTES, LANES, usage } from './model.js';

const page = <T>(items: T[], query: URLSearchParams): Page<T> => {
  const status = query.get('status');
  const kind = query.get('kind');
  const search = query.get('search')?.toLowerCase();
  const hits = items.filter((item) => {
    const row = item as Record<string, unknown>;
    return (!status || row['status'] === status) && (!kind || row['kind'] === kind) && (!search || JSON.stringify(row).toLowerCase().includes(search));
  });
  const from = Number(query.get('cursor') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  return { items: hits.slice(from, from + limit), next_cursor: from + limit < hits.length ? String(from + limit) : null, total: hits.length };
};

const session = () => ({ access_token: 'stage', expires_in: 900, refresh_token: null, account: data.ACCOUNT, memberships: [{ tenant: data.TENANT, role: 'owner' }] });

export const COUNTS = { total: 1200, new: 200, clustered: 600, in_use: 200, orphaned: 200, archived: 0 };

const PREVIEW = {
  encoding: 'UTF-8',
  delimiter: ',',
  has_header: true,
  columns: ['Keyword', 'Volume', 'KD', 'Notes'].map((name, index) => ({ index, name, guessed: null, samples: [] })),
  mapping: [{ column: 0, field: 'keyword' }, { column: 1, field: 'volume' }, { column: 2, field: 'difficulty' }],
  rows_total: 42,
  rows: [['trail running shoes', '12,100', '61', ''], ['hydration vest', '5,400', '38', 'seasonal'], ['', '90', '12', '']],
  warnings: ['One row has no keyword.'],
};
const REPORT = { added: 39, merged: 2, rejected: 1, merged_rows: [{ row: 7, into: 'hydration vest' }, { row: 19, into: 'trail running shoes' }], rejected_rows: [{ row: 4, code: 'no_keyword', reason: 'The keyword is empty. Every row needs one.', excerpt: ',90,12,' }] };
const QUOTE = { price: 9, available: 542, explanation: '3 articles at 3 credits each.', items: 3, price_list: 1 };
const OVERVIEW = {
  keywords: COUNTS,
  clusters: 10,
  ideas_new: 5,
  documents: [{ status: 'draft', count: 2 }, { status: 'in_review', count: 1 }, { status: 'approved', count: 1 }, { status: 'published', count: 1 }],
  tasks: [],
  recent: data.TASKS,
  balance: data.BALANCE,
};
const variable = (name: string, value_type: 'text' | 'list' | 'number', required: boolean, about: string) => ({ name, value_type, required, imported: name !== 'language' && name !== 'brand_voice', about });
const VARIABLES = [
  variable('title', 'text', true, 'The title of the idea or document'),
  variable('outline', 'list', false, 'The headings, separated by |'),
  variable('keywords', 'list', false, 'The keywords, separated by ;'),
  variable('language', 'text', false, 'The language of the content'),
  variable('brand_voice', 'text', false, 'How the site sounds'),
];
const PROMPTS = ['article', 'ideas', 'cluster_names', 'image'].map((kind, index) => ({ kind, version: 3 - index, template: 'Write the article in {{language}}.\nVoice: {{brand_voice}}\nTitle: {{title}}\nOutline: {{outline}}', variables: VARIABLES }));
const VERSIONS = [3, 2, 1, 0].map((version) => ({ version, created_at: version === 0 ? null : data.NOW - (4 - version) * 86_400_000, author: version === 0 ? null : data.ACCOUNT.id, author_name: version === 0 ? null : data.ACCOUNT.name, restored: version === 3 ? 1 : null, length: 420 }));
const DIFFERENCE = {
  lines: [
    { change: 'same', text: 'Write the article in {{language}}.' },
    { change: 'removed', text: 'Use short words.' },
    { change: 'added', text: 'Voice: {{brand_voice}}' },
    { change: 'same', text: 'Title: {{title}}' },
  ],
};

const KINDS = (['cluster', 'ideas', 'draft', 'image', 'reparse', 'publish', 'test_run', 'rewrite'] as const).map((kind, index) => ({ kind, open: index * 3, running: index, places: 4 + index, average_ms: index * 4200 }));
const PAUSE = { scope: 'kind', kind: 'image', by_error_rate: false, by: data.ACCOUNT.id, since: data.NOW - 600_000 };
const QUEUE = {
  waiting: 42,
  running: 7,
  dead_letters: 3,
  kinds: KINDS,
  pauses: [PAUSE],
  settings: { places: 40, rate: null, kinds: KINDS.map(({ kind, places }) => ({ kind, places, rate: null, attempts: 4, run_seconds: 600 })), models: [{ model: 'claude-sonnet-4', calls: 3, rate: null }], waiting_hours: 72, start_seconds: 60, silence_seconds: 120, kept_tasks: 2000, kept_days: 30 },
};
const BATCHES = [
  { id: 'b1', title: 'Drafts for 120 ideas', status: 'open', paused: null, stop_percent: 20, price: 360, counts: { total: 120, queued: 71, running: 6, waiting_for_review: 0, succeeded: 40, failed: 3, cancelled: 0, dead: 0 }, created_by: data.ACCOUNT.id, created_at: data.NOW - 1_800_000, ended_at: null },
  { id: 'b2', title: 'Ideas for 12 clusters', status: 'finished', paused: null, stop_percent: null, price: 36, counts: { total: 12, queued: 0, running: 0, waiting_for_review: 0, succeeded: 12, failed: 0, cancelled: 0, dead: 0 }, created_by: data.ACCOUNT.id, created_at: data.NOW - 90_000_000, ended_at: data.NOW - 89_000_000 },
];

type Answer = (query: URLSearchParams, path: string) => unknown;
const last = (path: string) => path.split('/').at(-1);

/** The first that fits answers. */
const ROUTES: [RegExp, Answer][] = [
  [/^POST .*\/auth\/(refresh|login|login-code|sign-up)$/, session],
  [/^POST .*\/auth\/ticket$/, () => ({ ticket: 'stage', expires_in: 60, tenant: data.TENANT.id })],
  [/\/auth\/members$/, () => data.MEMBERS],
  [/\/settings\/sites$/, () => [data.SITE, data.SECOND_SITE]],
  [/\/automations\/zones$/, () => ZONES],
  [/\/automations\/timing$/, preview],
  [/\/automations(\/preset)?$/, () => SCHEDULES],
  [/\/executions$/, (query) => page(EXECUTIONS, query)],
  [/\/ai-routes\/test$/, () => ({ ok: true, model: 'writer-large', text: 'ready', failure: null, took_ms: 812, input_tokens: 14, output_tokens: 1 })],
  [/\/ai-routes$/, () => AI_ROUTES],
  [/\/system\/lanes$/, () => ({ lanes: LANES })],
  [/\/billing\/usage$/, usage],
  [/\/tasks\/kept$/, () => data.OLD_TASKS],
  [/^POST .*\/tasks\/change$/, () => ({ tasks: [] })],
  [/^POST .*imports\/preview$/, () => PREVIEW],
  [/^POST .*imports$/, () => REPORT],
  [/^POST .*quote$/, () => QUOTE],
  [/\/keywords$/, (query) => page(data.KEYWORDS, query)],
  [/\/clusters$/, (query) => page(data.CLUSTERS, query)],
  [/\/ideas$/, (query) => page(data.IDEAS, query)],
  [/\/queue(\/(settings|pause|resume))?$/, () => QUEUE],
  [/\/system\/work(\/(pause|resume))?$/, () => ({ pause: null })],
  [/^POST .*\/dead-letters\/replay$/, () => ({ replayed: 3, refused: 0, left: 0 })],
  [/^POST .*\/tasks\/[^/]+\/(replay|retry|pause|resume)$/, () => data.TASKS[2]],
  [/\/batches$/, (query) => page(BATCHES, query)],
  [/\/dead-letters\/reasons$/, () => ({ invalid_answer: 1, quota: 1, timeout: 1 })],
  [/\/dead-letters$/, (query) => page(data.TASKS.filter(({ status, failure }) => ['failed', 'dead', 'waiting_for_review'].includes(status) && (query.get('status') ?? failure?.code) === failure?.code), new URLSearchParams({ limit: query.get('limit') ?? '50', kind: query.get('kind') ?? '' }))],
  [/\/tasks$/, (query) => page(data.TASKS, query)],
  [/\/documents$/, (query) => page(data.DOCUMENTS, query)],
  [/\/documents\/[^/]+$/, (_, path) => data.DOCUMENTS.find((document) => document.id === last(path))],
  [/\/link$/, () => ({ link: data.SITE.link, reachable: true, problem: null })],
  [/\/billing\/balance$/, () => ({ total: data.BALANCE, sites: [], buckets: data.BUCKETS })],
  [/\/billing\/ledger$/, (query) => page(data.LEDGER, query)],
  [/\/billing\/low-levels$/, () => ({ levels: [{ credits: 600, is_below: true }, { credits: 120, is_below: false }] })],
  [/\/billing\/prices$/, () => ({ version: 2, keywords_per_credit: 30, idea: 1, article: 3, image: 1, reparse: 1, rewrite: 1, publish: 0 })],
  [/\/thinker\/prompts$/, () => PROMPTS],
  [/\/versions$/, () => VERSIONS],
  [/\/threads$/, () => []],
  [/\/suggestions$/, () => []],
  [/\/difference$/, () => DIFFERENCE],
  [/\/preview$/, () => ({ about: 'How to choose trail shoes', system: 'You write for a website.\nBrand voice: Friendly and exact.', text: 'Write the article in en.\n<<<data example\nTitle: How to choose trail shoes\ndata example>>>' })],
  [/^GET .*\/answer$/, () => ({ text: '{"prompt": "A trail", "alt": ', wanted: true, schema: null })],
  [/\/system\/status$/, () => ({ actors: [{ kind: 'tenant', resident: 1 }, { kind: 'site', resident: 2 }, { kind: 'document', resident: 3 }], sockets: 2, quarantined: [] })],
  [/\/version$/, () => ({ version: '0.1.0', protocols: [1], development: true })],
  [/\/overview$/, () => OVERVIEW],
];

/** The stage's answer; undefined where it has none. */
export function answer(method: string, path: string, query: URLSearchParams): unknown {
  return ROUTES.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1](query, path);
}
