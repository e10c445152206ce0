import { useRest } from '@igny8/react';
import { useSitePath } from '~/shared/data/workspace';
import { formatDollars } from '~/shared/format/number';
import { formatAgo, formatExact } from '~/shared/format/time';
import type { Tone } from '~/shared/ui/Badge';
import { ButtonLink } from '~/shared/ui/Button';
import { Meter } from '~/shared/figure/Meter';
import { Section } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { capUse, type CapUse } from './usage';

// The longest month: its first day is among them.
export const MONTH_DAYS = 31;
// From here on it is worth a look.
const NEAR = 0.8;

/** What calls may cost a task, a day and a month, and how much of it is used. */
export function CapCards() {
  const path = useSitePath();
  const usage = useRest(['usage', MONTH_DAYS], (rest) => rest.billing.usage(MONTH_DAYS));
  const routes = useRest(['ai-routes'], (rest) => rest.settings.aiRoutes());
  const error = usage.error ?? routes.error;
  const budget = routes.data?.budget;
  return (
    <Section title="Caps" description="Work that would go over a cap waits, or ends with nothing charged." actions={<ButtonLink size="sm" to={path('ai-models')}>Set caps</ButtonLink>}>
      {error ? (
        <ProblemState error={error} onRetry={() => void Promise.all([usage.refetch(), routes.refetch()])} />
      ) : usage.data && budget ? (
        <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3">
          {capUse(usage.data.rows, budget, usage.dataUpdatedAt).map((use) => (
            <CapCard key={use.name} use={use} />
          ))}
          <div className="flex flex-col gap-1 bg-surface px-4 py-3">
            <dt className="text-xs font-medium text-ink-3">Each task</dt>
            <dd className="tnum text-lg font-semibold">{budget.task_micros === null ? 'No cap' : formatDollars(budget.task_micros)}</dd>
            <dd className="text-xs text-ink-3">{budget.task_micros === null ? 'all its attempts may cost what they cost' : 'at most, all its attempts together'}</dd>
          </div>
        </dl>
      ) : (
        <SkeletonLines lines={2} />
      )}
    </Section>
  );
}

function toneOf({ used, cap }: CapUse): Tone {
  if (cap === null || used < cap * NEAR) return 'accent';
  return used < cap ? 'warn' : 'bad';
}

function CapCard({ use }: { use: CapUse }) {
  const { name, used, cap, resets } = use;
  return (
    <div className="tnum flex flex-col gap-1 bg-surface px-4 py-3">
      <dt className="text-xs font-medium text-ink-3">{name}</dt>
      <dd className="text-lg font-semibold">{formatDollars(used)}</dd>
      {cap !== null && (
        <dd>
          <Meter label={`${name}: used of the cap`} value={used} max={cap} tone={toneOf(use)} />
        </dd>
      )}
      <dd className="text-xs text-ink-3">
        {cap === null ? 'no cap' : `of ${formatDollars(cap)}${used >= cap ? ': used up' : ''}`} · <time title={`${formatExact(resets)} here; midnight UTC`}>anew {formatAgo(resets)}</time>
      </dd>
    </div>
  );
}
