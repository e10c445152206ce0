import type { Page } from '@igny8/protocol';
import { EXECUTIONS, preview, SCHEDULES, ZONES } from './automation.js';
import * as data from './data.js';

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
const PROMPTS = ['article', 'ideas', 'cluster_names', 'image'].map((kind, version) => ({ kind, version, template: `You write for {{site_name}} in {{language}}.\n\nVoice: {{brand_voice}}\n\nWrite about “{{title}}”, with these headings:\n{{outline}}`, variables: ['site_name', 'language', 'brand_voice', 'title', 'outline', 'keywords'] }));

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
  [/\/settings\/ai-models$/, () => ({ provider: 'platform', base_url: null, model: 'offline-1', key_hint: null })],
  [/^POST .*imports\/preview$/, () => PREVIEW],
  [/^POST .*imports$/, () => REPORT],
  [/^POST .*quote$/, () => QUOTE],
  [/\/keywords$/, (query) => page(data.KEYWORDS, query)],
  [/\/clusters$/, (query) => page(data.CLUSTERS, query)],
  [/\/ideas$/, (query) => page(data.IDEAS, query)],
  [/\/tasks$/, (query) => page(data.TASKS, query)],
  [/\/documents$/, (query) => page(data.DOCUMENTS, query)],
  [/\/documents\/[^/]+$/, (_, path) => data.DOCUMENTS.find((document) => document.id === last(path))],
  [/\/link$/, () => ({ link: data.SITE.link, reachable: true, problem: null })],
  [/\/billing\/balance$/, () => ({ total: data.BALANCE, sites: [], buckets: data.BUCKETS })],
  [/\/billing\/ledger$/, (query) => page(data.LEDGER, query)],
  [/\/billing\/low-levels$/, () => ({ levels: [{ credits: 600, is_below: true }, { credits: 120, is_below: false }] })],
  [/\/billing\/prices$/, () => ({ version: 1, keywords_per_credit: 30, idea: 1, article: 3, image: 1, reparse: 1, publish: 0 })],
  [/\/thinker\/prompts$/, () => PROMPTS],
  [/\/preview$/, () => ({ text: 'You write for Trail Journal in English.' })],
  [/\/system\/status$/, () => ({ actors: [{ kind: 'tenant', resident: 1 }, { kind: 'site', resident: 2 }, { kind: 'document', resident: 3 }], sockets: 2, quarantined: [] })],
  [/\/version$/, () => ({ version: '0.1.0', protocols: [1], development: true })],
  [/\/overview$/, () => OVERVIEW],
];

/** The stage's answer; undefined where it has none. */
export function answer(method: string, path: string, query: URLSearchParams): unknown {
  return ROUTES.find(([pattern]) => pattern.test(`${method} ${path}`))?.[1](query, path);
}
