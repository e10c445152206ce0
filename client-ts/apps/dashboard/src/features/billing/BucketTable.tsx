import type { BucketView } from '@igny8/protocol';
import { formatCount } from '~/shared/format/number';
import { formatDate, formatExact } from '~/shared/format/time';
import { Badge } from '~/shared/ui/Badge';
import { Card } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { EmptyState } from '~/shared/ui/StateMessage';

const KIND: Record<string, string> = { plan: 'Plan', top_up: 'Top-up', promotion: 'Promotion' };

/** What is left of each grant: the soonest to end first, as it is spent. */
export function BucketTable({ buckets }: { buckets: readonly BucketView[] | undefined }) {
  if (buckets === undefined) return <Card className="p-4"><SkeletonLines lines={2} /></Card>;
  if (buckets.length === 0) return <Card><EmptyState title="No credits are left">Credits that are granted appear here until they are spent or end.</EmptyState></Card>;
  return (
    <Card className="overflow-hidden">
      <table className="w-full text-sm" aria-label="Grants">
        <thead>
          <tr className="border-b border-line text-left text-xs text-ink-3">
            <th className="px-4 py-2 font-medium">Grant</th>
            <th className="px-4 py-2 font-medium">Ends</th>
            <th className="px-4 py-2 text-right font-medium">Available</th>
            <th className="px-4 py-2 text-right font-medium">Held</th>
          </tr>
        </thead>
        <tbody className="tnum">
          {buckets.map((bucket) => (
            <tr key={bucket.grant} className="border-b border-line last:border-0">
              <td className="px-4 py-2"><Badge tone="neutral">{KIND[bucket.kind] ?? bucket.kind}</Badge></td>
              <td className="px-4 py-2 text-ink-2">{bucket.expires_at === null ? 'Never' : <time title={formatExact(bucket.expires_at)} dateTime={new Date(bucket.expires_at).toISOString()}>{formatDate(bucket.expires_at)}</time>}</td>
              <td className="px-4 py-2 text-right font-medium">{formatCount(bucket.available)}</td>
              <td className="px-4 py-2 text-right text-ink-3">{formatCount(bucket.held)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
