import { useState, type ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { QuoteBody } from '@igny8/sdk';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { describeProblem } from '~/shared/format/problem';
import { formatCount, formatCredits } from '~/shared/format/number';
import { Dialog } from '~/shared/overlay/Dialog';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { Skeleton } from '~/shared/ui/Skeleton';

interface QuoteDialogProps {
  title: string;
  description?: ReactNode;
  /** What would be done; asked again when it changes. */
  request: QuoteBody;
  /** The verb on the button. */
  confirm: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  /** Choices that change the price. */
  children?: ReactNode;
}

/** What a run costs and what one has, before anything runs. */
export function QuoteDialog({ title, description, request, confirm, onConfirm, onClose, children }: QuoteDialogProps) {
  const api = useApi();
  const site = useSiteId();
  const quote = useQuery({ queryKey: ['quote', site, request], queryFn: () => api.planner.quote(site, request), staleTime: 0, gcTime: 0, placeholderData: (before) => before });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const run = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  const short = quote.data !== undefined && quote.data.price > quote.data.available;
  const nothing = quote.data !== undefined && quote.data.items === 0;
  const problem = failure ?? quote.error;
  return (
    <Dialog
      title={title}
      description={description}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={busy} disabled={!quote.data || quote.isFetching || short || nothing} onClick={() => void run()}>
            {quote.data && !nothing ? `${confirm} for ${formatCredits(quote.data.price)}` : confirm}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {children}
        <PriceBox quote={quote.data} />
        {short && (
          <Notice tone="warn" title="Not enough credits">
            Choose fewer items, or add credits under Billing. Nothing was charged.
          </Notice>
        )}
        {nothing && <Notice title="There is nothing to do">{quote.data.explanation}</Notice>}
        {problem ? (
          <Notice tone="bad" title={describeProblem(problem).title}>
            {describeProblem(problem).detail}
          </Notice>
        ) : null}
      </div>
    </Dialog>
  );
}

function PriceBox({ quote }: { quote: { price: number; available: number; explanation: string } | undefined }) {
  return (
    <div className="tnum overflow-hidden rounded-lg border border-line" aria-live="polite">
      <dl>
        <PriceLine name="Price" value={quote && formatCredits(quote.price)} strong />
        <PriceLine name="Available" value={quote && formatCredits(quote.available)} />
        <PriceLine name="Left after it" value={quote && (quote.available >= quote.price ? formatCount(quote.available - quote.price) : '–')} />
      </dl>
      <div className="border-t border-line bg-sunken px-4 py-2.5 text-xs text-ink-3">
        {quote ? quote.explanation : <Skeleton className="h-3 w-3/4" />}
        {quote && ' Credits are held while it runs and spent only for what succeeds.'}
      </div>
    </div>
  );
}

function PriceLine({ name, value, strong }: { name: string; value: string | undefined; strong?: boolean }) {
  return (
    <div className="flex items-center justify-between px-4 py-2 not-first:border-t not-first:border-line">
      <dt className="text-ink-3">{name}</dt>
      <dd className={strong ? 'text-base font-semibold' : 'font-medium'}>{value ?? <Skeleton className="h-4 w-20" />}</dd>
    </div>
  );
}
