import { useRest } from '@igny8/react';
import type { BalanceView, PriceList } from '@igny8/protocol';
import { useBalance, useBuckets, useCan } from '~/shared/data/workspace';
import { formatCount, formatPlural } from '~/shared/format/number';
import { Card, PageHeader, Section } from '~/shared/ui/PageHeader';
import { Skeleton } from '~/shared/ui/Skeleton';
import { ProblemState, StateMessage } from '~/shared/ui/StateMessage';
import { Lock } from 'lucide-react';
import { BucketTable } from './BucketTable';
import { LedgerTable } from './LedgerTable';
import { LowLevelsForm } from './LowLevelsForm';

export function BillingPage() {
  const mayRead = useCan('billing');
  const balance = useBalance();
  const buckets = useBuckets();
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Billing" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-5xl flex-col gap-8 p-4 sm:p-6">
          <Section title="Credits" description="Held credits come back in full when a task fails: the settled balance does not change.">
            <BalanceCard balance={balance} />
          </Section>
          <Section title="Grants" description="What ends soonest is spent first.">
            <BucketTable buckets={buckets} />
          </Section>
          {mayRead ? (
            <>
              <Section title="Low credits" description="Everybody who is here hears of it when the balance falls below a level.">
                <LowLevelsForm />
              </Section>
              <Section title="Prices">
                <Prices />
              </Section>
              <Section title="Statement" description="Every movement of credits, the newest first.">
                <LedgerTable />
              </Section>
            </>
          ) : (
            <StateMessage icon={<Lock size={18} />} title="The statement is for owners and admins">
              Ask one of them if you need it. Your own work shows its price before it runs.
            </StateMessage>
          )}
        </div>
      </div>
    </div>
  );
}

function BalanceCard({ balance }: { balance: BalanceView | undefined }) {
  const figures: [string, number | undefined, string][] = [
    ['Available', balance?.available, 'what a new run can use'],
    ['Held', balance?.held, 'set aside for running work'],
    ['Settled', balance?.settled, 'granted and not spent'],
    ['Spent', balance?.spent, balance ? `of ${formatCount(balance.granted)} granted` : ''],
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-4" aria-live="polite">
      {figures.map(([name, value, note]) => (
        <div key={name} className="bg-surface px-4 py-3">
          <dt className="text-xs font-medium text-ink-3">{name}</dt>
          <dd data-testid={`balance-${name.toLowerCase()}`} className="tnum text-xl font-semibold tracking-tight">
            {value === undefined ? <Skeleton className="my-1.5 h-5 w-14" /> : formatCount(value)}
          </dd>
          <dd className="text-xs text-ink-3">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

function Prices() {
  const prices = useRest(['prices'], (rest) => rest.billing.prices());
  if (prices.error) return <ProblemState error={prices.error} onRetry={() => void prices.refetch()} />;
  const lines = prices.data ? priceLines(prices.data) : undefined;
  return (
    <Card className="overflow-hidden">
      <dl className="tnum grid gap-px bg-line sm:grid-cols-2">
        {(lines ?? Array.from({ length: 6 }, (_, index) => [String(index), ''] as const)).map(([name, price]) => (
          <div key={name} className="flex items-center justify-between gap-4 bg-surface px-4 py-2">
            <dt className="text-ink-2">{lines ? name : <Skeleton className="h-3 w-32" />}</dt>
            <dd className="font-medium">{lines ? price : <Skeleton className="h-3 w-12" />}</dd>
          </div>
        ))}
      </dl>
      {prices.data && <p className="border-t border-line bg-sunken px-4 py-2 text-xs text-ink-3">Price list {prices.data.version}. Hand-written work is free.</p>}
    </Card>
  );
}

function priceLines(prices: PriceList): (readonly [string, string])[] {
  const credits = (count: number) => (count === 0 ? 'Free' : formatPlural(count, 'credit'));
  return [
    [`Clustering, each ${prices.keywords_per_credit} keywords`, credits(1)],
    ['One idea', credits(prices.idea)],
    ['One article', credits(prices.article)],
    ['One image', credits(prices.image)],
    ['Restructuring a draft', credits(prices.reparse)],
    ['Rewriting a selection', credits(prices.rewrite)],
    ['Publishing', credits(prices.publish)],
  ];
}
