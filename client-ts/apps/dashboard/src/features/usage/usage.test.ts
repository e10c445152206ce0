import { expect, test } from 'vitest';
import type { TaskKind, UsageRowView, UsageView } from '@igny8/protocol';
import { csvOf } from '~/shared/data/saveFile';
import { capUse, CSV_HEADER, csvRows, DAY_MS, filtered, grouped, series, sumOf } from './usage';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const TODAY = Date.parse('2026-03-02T00:00:00Z');
const used = (change: Partial<UsageView>): UsageView => ({ calls: 1, failed_calls: 0, reused_answers: 0, input_tokens: 10, cached_tokens: 2, output_tokens: 5, thinking_tokens: 1, cost_micros: 100, saved_micros: 0, estimated_calls: 0, unpriced_calls: 0, ...change });
const row = (daysAgo: number, kind: TaskKind | null, model: string, cost_micros: number, site = 's1'): UsageRowView => ({ day: TODAY - daysAgo * DAY_MS, site, provider: 'p', model, kind, used: used({ cost_micros }) });
const ROWS = [row(0, 'draft', 'a', 700), row(0, 'ideas', 'b', 20), row(1, 'draft', 'a', 300, 's2'), row(2, null, 'b', 5)];

test('rows are narrowed by site, model and kind', () => {
  const all = { site: '', model: '', kind: '' };
  expect(filtered(ROWS, all)).toHaveLength(4);
  expect(filtered(ROWS, { ...all, kind: 'draft', site: 's1' }).map(({ used }) => used.cost_micros)).toEqual([700]);
  expect(filtered(ROWS, { ...all, kind: 'other' }).map(({ used }) => used.cost_micros)).toEqual([5]);
  expect(filtered(ROWS, { ...all, model: 'p · b' })).toHaveLength(2);
});

test('groups add up to the whole, the dearest first, days the latest first', () => {
  for (const by of ['day', 'kind', 'model', 'site'] as const) {
    const groups = grouped(ROWS, by, []);
    expect(groups.reduce((sum, group) => sum + group.sum.cost_micros, 0)).toBe(sumOf(ROWS).cost_micros);
  }
  expect(grouped(ROWS, 'kind', []).map(({ label }) => label)).toEqual(['Draft', 'Ideas', 'Not known']);
  expect(grouped(ROWS, 'day', [])[0]?.key).toBe(String(TODAY));
  expect(grouped(ROWS, 'site', [{ id: 's1', name: 'Journal' }]).map(({ label }) => label)).toEqual(['Journal', 'A site that is gone']);
});

test('a day without calls is in the chart with nothing', () => {
  expect(series(ROWS, TODAY - 3 * DAY_MS, 4, 'cost').map(({ value }) => value)).toEqual([0, 5, 300, 720]);
  expect(series(ROWS, TODAY, 1, 'tokens')[0]?.value).toBe(32);
});

test('caps are of the day and of the month in UTC', () => {
  const [day, month] = capUse(ROWS, { task_micros: null, day_micros: 1000, month_micros: null }, NOW);
  expect(day).toEqual({ name: 'Today', used: 720, cap: 1000, resets: TODAY + DAY_MS });
  // The row of two days ago is of February.
  expect(month).toEqual({ name: 'This month', used: 1020, cap: null, resets: Date.parse('2026-04-01T00:00:00Z') });
});

test('the file has every figure, and nothing that a sheet would run', async () => {
  const text = await csvOf(CSV_HEADER, csvRows([row(0, 'draft', '=SUM(A1)', 7)], [{ id: 's1', name: 'A, "B"' }])).text();
  const [header, line] = text.split('\r\n');
  expect(header).toBe('day,site,site_name,provider,model,kind,calls,failed_calls,reused_answers,input_tokens,cached_tokens,output_tokens,thinking_tokens,cost_micros,saved_micros,estimated_calls,unpriced_calls');
  expect(line).toBe('2026-03-02,s1,"A, ""B""",p,"\'=SUM(A1)",draft,1,0,0,10,2,5,1,7,0,0,0');
});
