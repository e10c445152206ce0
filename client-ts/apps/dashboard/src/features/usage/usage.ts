import type { BudgetView, SiteView, TaskKind, UsageRowView, UsageView } from '@igny8/protocol';
import { TASK_KIND } from '~/shared/format/word';

export const DAY_MS = 86_400_000;

const FIELDS = ['calls', 'failed_calls', 'reused_answers', 'input_tokens', 'cached_tokens', 'output_tokens', 'thinking_tokens', 'cost_micros', 'saved_micros', 'estimated_calls', 'unpriced_calls'] as const satisfies (keyof UsageView)[];

/** Which rows: an empty field takes all. */
export interface UsageFilter {
  site: string;
  model: string;
  kind: string;
}

export const OTHER_KIND = 'other';

/** Where a row is of no site. */
const NO_SITE = '';

/** A row's kind as a filter's value: calls of tasks that are gone have none. */
const kindOf = (row: UsageRowView): string => row.kind ?? OTHER_KIND;
export const modelOf = ({ provider, model }: Pick<UsageRowView, 'provider' | 'model'>): string => `${provider} · ${model}`;

export function filtered(rows: readonly UsageRowView[], { site, model, kind }: UsageFilter): UsageRowView[] {
  return rows.filter((row) => (!site || row.site === site) && (!model || modelOf(row) === model) && (!kind || kindOf(row) === kind));
}

export function sumOf(rows: readonly UsageRowView[]): UsageView {
  const sum = Object.fromEntries(FIELDS.map((field) => [field, 0])) as unknown as UsageView;
  for (const { used } of rows) for (const field of FIELDS) sum[field] += used[field];
  return sum;
}

export type Dimension = 'day' | 'kind' | 'model' | 'site';

export interface UsageGroup {
  key: string;
  label: string;
  sum: UsageView;
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
export const formatDay = (day: number): string => DAY.format(day);
export const kindLabel = (kind: string): string => TASK_KIND[kind as TaskKind] ?? 'Not known';

/** The sums of each day (the latest first), or of each kind, model or site (the dearest first). */
export function grouped(rows: readonly UsageRowView[], by: Dimension, sites: readonly Pick<SiteView, 'id' | 'name'>[]): UsageGroup[] {
  const key = { day: (row: UsageRowView) => String(row.day), kind: kindOf, model: modelOf, site: (row: UsageRowView) => row.site ?? NO_SITE }[by];
  const label = {
    day: (value: string) => formatDay(Number(value)),
    kind: kindLabel,
    model: (value: string) => value,
    site: (value: string) => (value === NO_SITE ? 'No site: tests of models' : (sites.find((site) => site.id === value)?.name ?? 'A site that is gone')),
  }[by];
  const parts = new Map<string, UsageRowView[]>();
  for (const row of rows) {
    const part = parts.get(key(row));
    if (part) part.push(row);
    else parts.set(key(row), [row]);
  }
  const groups = [...parts].map(([value, part]) => ({ key: value, label: label(value), sum: sumOf(part) }));
  const dearest = (a: UsageGroup, b: UsageGroup) => b.sum.cost_micros - a.sum.cost_micros || b.sum.calls - a.sum.calls || a.label.localeCompare(b.label);
  return groups.sort(by === 'day' ? (a, b) => Number(b.key) - Number(a.key) : dearest);
}

export type Measure = 'cost' | 'tokens' | 'calls';

export function measured(sum: UsageView, measure: Measure): number {
  if (measure === 'cost') return sum.cost_micros;
  return measure === 'calls' ? sum.calls : sum.input_tokens + sum.output_tokens + sum.thinking_tokens;
}

/** Every day of the period with its figure, the earliest first: days without calls are there too. */
export function series(rows: readonly UsageRowView[], from: number, days: number, measure: Measure): { day: number; value: number }[] {
  const values = new Map(grouped(rows, 'day', []).map(({ key, sum }) => [Number(key), measured(sum, measure)]));
  return Array.from({ length: days }, (_, index) => from + index * DAY_MS).map((day) => ({ day, value: values.get(day) ?? 0 }));
}

export interface CapUse {
  name: string;
  used: number;
  cap: number | null;
  /** When it begins anew. */
  resets: number;
}

/** How much of the day's and the month's cap (UTC) is used; `rows` reach back to the month's first day. */
export function capUse(rows: readonly UsageRowView[], budget: BudgetView, now: number): CapUse[] {
  const at = new Date(now);
  const today = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  const month = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1);
  const since = (day: number) => sumOf(rows.filter((row) => row.day >= day)).cost_micros;
  return [
    { name: 'Today', used: since(today), cap: budget.day_micros, resets: today + DAY_MS },
    { name: 'This month', used: since(month), cap: budget.month_micros, resets: Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1) },
  ];
}

export const CSV_HEADER = ['day', 'site', 'site_name', 'provider', 'model', 'kind', ...FIELDS];

export function csvRows(rows: readonly UsageRowView[], sites: readonly Pick<SiteView, 'id' | 'name'>[]): (string | number)[][] {
  const name = new Map(sites.map((site) => [site.id, site.name]));
  return rows.map((row) => [new Date(row.day).toISOString().slice(0, 10), row.site ?? '', (row.site && name.get(row.site)) ?? '', row.provider, row.model, row.kind ?? '', ...FIELDS.map((field) => row.used[field])]);
}
