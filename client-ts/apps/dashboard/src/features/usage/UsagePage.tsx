import { useMemo, useState } from 'react';
import { ChartColumn, Download, Lock } from 'lucide-react';
import { useRest } from '@igny8/react';
import type { UsageReport, UsageView } from '@igny8/protocol';
import { csvOf, saveFile } from '~/shared/data/saveFile';
import { useReread } from '~/shared/data/useReread';
import { useCan, useSitePath, useSiteState, useTenantId, useTenantState } from '~/shared/data/workspace';
import { formatCompact, formatCount, formatDollars, formatPlural } from '~/shared/format/number';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { SelectField } from '~/shared/ui/Field';
import { Notice } from '~/shared/ui/Notice';
import { Card, PageHeader } from '~/shared/ui/PageHeader';
import { SegmentedControl } from '~/shared/table/SegmentedControl';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { EmptyState, ProblemState, StateMessage } from '~/shared/ui/StateMessage';
import { CapCards } from './CapCards';
import { CSV_HEADER, csvRows, DAY_MS, type Dimension, filtered, grouped, kindLabel, type Measure, modelOf, OTHER_KIND, series, sumOf, type UsageFilter } from './usage';
import { MEASURE, UsageChart } from './UsageChart';
import { DIMENSION, UsageTable } from './UsageTable';

const PERIODS = [7, 30, 90, 366];

/** What calls to models used and cost, to the token and the millionth of a dollar. */
export function UsagePage() {
  const mayRead = useCan('billing');
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="AI usage" description="What the calls to models used and cost" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-5xl flex-col gap-8 p-4 sm:p-6">
          {mayRead ? (
            <>
              <CapCards />
              <Usage />
            </>
          ) : (
            <StateMessage icon={<Lock size={18} />} title="Usage is for owners and admins">
              Ask one of them if you need it. What a task of yours used stands in its panel under Tasks.
            </StateMessage>
          )}
        </div>
      </div>
    </div>
  );
}

function Usage() {
  const tenant = useTenantId();
  const [days, setDays] = useState(30);
  const report = useRest(['usage', days], (rest) => rest.billing.usage(days));
  // Each attempt that ends is booked with its task's change; other sites are heard of when credits move.
  useReread(['igny8', tenant, 'usage'], `${useSiteState().revisions.tasks} ${useTenantState().creditsRevision}`);
  if (report.error && !report.data) return <ProblemState error={report.error} onRetry={() => void report.refetch()} />;
  if (!report.data) return <SkeletonLines lines={6} />;
  return <Report report={report.data} days={days} onDays={setDays} />;
}

function Report({ report, days, onDays }: { report: UsageReport; days: number; onDays: (days: number) => void }) {
  const { sites } = useTenantState();
  const [filter, setFilter] = useState<UsageFilter>({ site: '', model: '', kind: '' });
  const [by, setBy] = useState<Dimension>('day');
  const [measure, setMeasure] = useState<Measure>('cost');
  const rows = useMemo(() => filtered(report.rows, filter), [report.rows, filter]);
  const total = useMemo(() => sumOf(rows), [rows]);
  const download = () => saveFile('ai-usage.csv', csvOf(CSV_HEADER, csvRows(rows, sites)));
  return (
    <section aria-label="Usage" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <SelectField label="Period" hideLabel value={days} onChange={(event) => onDays(Number(event.target.value))}>
          {PERIODS.map((period) => (
            <option key={period} value={period}>
              {period === 366 ? 'The last year' : `The last ${period} days`}
            </option>
          ))}
        </SelectField>
        <Choices label="Site" all="All sites" value={filter.site} options={grouped(report.rows, 'site', sites).map(({ key, label }) => [key, label])} onChange={(site) => setFilter({ ...filter, site })} />
        <Choices label="Model" all="All models" value={filter.model} options={[...new Set(report.rows.map(modelOf))].sort().map((model) => [model, model])} onChange={(model) => setFilter({ ...filter, model })} />
        <Choices label="Kind of work" all="All kinds" value={filter.kind} options={[...new Set(report.rows.map((row) => row.kind ?? OTHER_KIND))].sort().map((kind) => [kind, kindLabel(kind)])} onChange={(kind) => setFilter({ ...filter, kind })} />
        <Button size="sm" className="ml-auto" icon={<Download size={12} />} disabled={rows.length === 0} onClick={download}>
          Download CSV
        </Button>
      </div>
      {rows.length === 0 ? (
        <NothingUsed narrowed={report.rows.length > 0} onAll={() => setFilter({ site: '', model: '', kind: '' })} />
      ) : (
        <>
          <Totals total={total} />
          <Card className="overflow-hidden">
            <div className="flex flex-wrap items-center justify-between gap-2 px-4 pt-3">
              <SegmentedControl label="Figure of the chart" value={measure} options={Object.entries(MEASURE).map(([value, { label }]) => [value as Measure, label])} onChange={setMeasure} />
              <SegmentedControl label="Table by" value={by} options={Object.entries(DIMENSION) as [Dimension, string][]} onChange={setBy} />
            </div>
            <UsageChart days={series(rows, report.from, Math.max(1, Math.round((todayOf() - report.from) / DAY_MS) + 1), measure)} measure={measure} />
            <UsageTable groups={grouped(rows, by, sites)} by={by} total={total} />
            <p className="border-t border-line bg-sunken px-4 py-2 text-xs text-ink-3">Days are of UTC. Priced by price table {report.price_table_version}, or by prices that were entered. This is what providers ask for; credits are billed by the price list.</p>
          </Card>
          <Caveats total={total} />
        </>
      )}
    </section>
  );
}

const todayOf = (): number => Math.floor(Date.now() / DAY_MS) * DAY_MS;

function Choices({ label, all, value, options, onChange }: { label: string; all: string; value: string; options: [string, string][]; onChange: (value: string) => void }) {
  return (
    <SelectField label={label} hideLabel className="max-w-56" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{all}</option>
      {options.map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function Totals({ total }: { total: UsageView }) {
  const figures: [string, string, string][] = [
    ['Cost', formatDollars(total.cost_micros), `${formatPlural(total.calls, 'call')}, ${formatCount(total.failed_calls)} failed`],
    ['Tokens sent', formatCompact(total.input_tokens), `${formatCompact(total.cached_tokens)} of them cached`],
    ['Tokens received', formatCompact(total.output_tokens + total.thinking_tokens), `${formatCompact(total.thinking_tokens)} of them thinking`],
    ['Saved', formatDollars(total.saved_micros), `${formatPlural(total.reused_answers, 'answer')} known already`],
  ];
  return (
    <dl className="tnum grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-4" aria-live="polite">
      {figures.map(([name, value, note]) => (
        <div key={name} className="bg-surface px-4 py-3">
          <dt className="text-xs font-medium text-ink-3">{name}</dt>
          <dd data-testid={`usage-${name.toLowerCase().replaceAll(' ', '-')}`} className="text-xl font-semibold tracking-tight">
            {value}
          </dd>
          <dd className="text-xs text-ink-3">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What the sum does not hold, and what it only estimates. */
function Caveats({ total }: { total: UsageView }) {
  const path = useSitePath();
  if (total.unpriced_calls === 0 && total.estimated_calls === 0) return null;
  return (
    <Notice tone={total.unpriced_calls > 0 ? 'warn' : 'info'} actions={total.unpriced_calls > 0 && <ButtonLink size="sm" to={path('ai-models')}>Enter prices</ButtonLink>}>
      {total.unpriced_calls > 0 && <p>{formatPlural(total.unpriced_calls, 'call')} went to models without a known price: their cost is not in the sum.</p>}
      {total.estimated_calls > 0 && <p>{formatPlural(total.estimated_calls, 'call')} were counted by a rule of thumb, because the provider did not tell the tokens.</p>}
    </Notice>
  );
}

function NothingUsed({ narrowed, onAll }: { narrowed: boolean; onAll: () => void }) {
  const path = useSitePath();
  if (narrowed) return <EmptyState title="Nothing matches" actions={<Button onClick={onAll}>Show all</Button>} />;
  return (
    <EmptyState icon={<ChartColumn size={18} />} title="No model was called in this time" actions={<ButtonLink kind="primary" to={path('ideas')}>Pick ideas to write</ButtonLink>}>
      With the first ideas or drafts their tokens and their cost are counted here, call by call.
    </EmptyState>
  );
}
