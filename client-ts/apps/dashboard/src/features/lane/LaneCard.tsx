import type { ReactNode } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import type { LaneRate, LaneView } from '@igny8/protocol';
import { useApi, useTenantId } from '~/shared/data/workspace';
import { failureLabel, failureRemedy } from '~/shared/format/failure';
import { formatCount, formatPlural } from '~/shared/format/number';
import { formatLatency } from '~/shared/format/time';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Badge, StatusDot } from '~/shared/ui/Badge';
import { Button } from '~/shared/ui/Button';
import { Meter } from '~/shared/figure/Meter';
import { Notice } from '~/shared/ui/Notice';
import { describeLane, failuresOf } from './lane';

interface LaneCardProps {
  lane: LaneView;
  /** When it was read: rests are counted from then. */
  now: number;
  /** The kept model that a test asks; absent where there is none, or where one may not. */
  testName: string | undefined;
}

/** One lane: whether calls pass, what it bears, who waits, what failed. */
export function LaneCard({ lane, now, testName }: LaneCardProps) {
  const { label, tone, why } = describeLane(lane, now);
  return (
    <li aria-label={lane.model} className="overflow-hidden rounded-lg border border-line bg-surface">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-sunken px-4 py-2.5">
        <div className="flex min-w-0 flex-1 basis-56 flex-wrap items-baseline gap-x-2">
          <h2 className="truncate text-base font-semibold">{lane.model}</h2>
          <span className="truncate text-ink-3">{lane.provider === 'platform' ? 'this server’s own' : lane.provider}</span>
        </div>
        <Badge tone={lane.own ? 'accent' : 'neutral'} title={lane.own ? 'Nobody else uses it' : 'All workspaces of this server share it'}>
          {lane.own ? 'Your key' : 'Server’s key, shared'}
        </Badge>
        <StatusDot tone={tone}>{label}</StatusDot>
        {testName !== undefined && <TestButton name={testName} />}
      </div>
      <div className="flex flex-col gap-3 p-4">
        {why && (
          <Notice tone={lane.state === 'open' ? 'bad' : 'warn'}>
            <span className="tnum">{why}</span> {lane.reason && failureRemedy(lane.reason)}
          </Notice>
        )}
        <Figures lane={lane} />
      </div>
    </li>
  );
}

function Figures({ lane }: { lane: LaneView }) {
  const failures = failuresOf(lane);
  return (
    <dl className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3 lg:grid-cols-6">
      <Figure name="Under way" note={`of ${formatPlural(lane.concurrency, 'place')}`}>
        {formatCount(lane.under_way)}
        <Meter label={`Places of ${lane.model} taken`} value={lane.under_way} max={lane.concurrency} />
      </Figure>
      <Figure name="Waiting" note={lane.own ? 'calls of yours' : `${formatCount(lane.waiting_own)} of them yours`}>
        {formatCount(lane.own ? lane.waiting_own : lane.waiting)}
      </Figure>
      <Figure name="Requests a minute" note={rateNote(lane.requests)}>
        <Rate label={`Requests of ${lane.model} left now`} rate={lane.requests} />
      </Figure>
      <Figure name="Tokens a minute" note={rateNote(lane.tokens)}>
        <Rate label={`Tokens of ${lane.model} left now`} rate={lane.tokens} />
      </Figure>
      <Figure name="First word" note="after, on average">
        {lane.latency_ms === null ? '–' : formatLatency(lane.latency_ms)}
      </Figure>
      <Figure name="Calls" note={lane.failed_calls === 0 ? 'none failed' : `${formatCount(lane.failed_calls)} failed`}>
        {formatCount(lane.calls)}
      </Figure>
      {failures.length > 0 && (
        <div className="col-span-full flex flex-wrap gap-2 border-t border-line pt-3">
          <dt className="text-ink-3">Failures</dt>
          <dd className="flex flex-wrap gap-2">
            {failures.map(([name, calls]) => (
              <Badge key={name} tone="bad">{`${name}: ${formatCount(calls)}`}</Badge>
            ))}
          </dd>
        </div>
      )}
    </dl>
  );
}

function Figure({ name, note, children }: { name: string; note: string; children: ReactNode }) {
  return (
    <div className="tnum min-w-0">
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd className="flex flex-col gap-1 text-lg font-semibold">{children}</dd>
      <dd className="pt-1 text-xs text-ink-3">{note}</dd>
    </div>
  );
}

function Rate({ label, rate }: { label: string; rate: LaneRate | null }) {
  if (rate === null) return <>–</>;
  return (
    <>
      {formatCount(rate.per_minute)}
      <Meter label={label} value={Math.min(rate.left, burst(rate))} max={burst(rate)} tone="good" />
    </>
  );
}

// A bucket holds a tenth of a minute's allowance: what may start at once.
const burst = (rate: LaneRate): number => Math.max(1, rate.left, Math.floor(rate.per_minute / 10));

function rateNote(rate: LaneRate | null): string {
  return rate === null ? 'not counted' : `${formatCount(rate.left)} could start now`;
}

/** Asks the model for a word: an answer ends the rest of its lane. */
function TestButton({ name }: { name: string }) {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const test = useMutation({
    mutationFn: () => api.settings.testAiRoute(name),
    onSuccess: async (result) => {
      if (result.ok) toasts.success(`${result.model} answered`, { detail: `After ${formatLatency(result.took_ms)}: a rest of its lane is over.` });
      else toasts.failure(`${result.model} did not answer: ${failureLabel(result.failure ?? 'internal')}`, { detail: result.text });
      await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'lanes'] });
    },
    onError: (error) => toasts.problem(error),
  });
  return (
    <Button size="sm" icon={<Activity size={12} />} busy={test.isPending} aria-label={`Test ${name}`} title="Asks it for one word: an answer ends its rest" onClick={() => test.mutate()}>
      Test
    </Button>
  );
}
