import { Link } from 'react-router';
import { useBalance, useSitePath } from '~/shared/data/workspace';
import { formatCount } from '~/shared/format/number';
import { Skeleton } from '~/shared/ui/Skeleton';

/** Available, held and settled credits, live. Leads to the statement. */
export function CreditBalance() {
  const balance = useBalance();
  const path = useSitePath();
  return (
    <Link to={path('billing')} data-testid="credit-balance" className="rounded-md px-2 py-1.5 hover:bg-hover">
      <span className="flex items-baseline justify-between">
        <span className="text-xs text-ink-3">Credits</span>
        {balance ? <span className="tnum text-base font-semibold">{formatCount(balance.available)}<span className="sr-only"> available</span></span> : <Skeleton className="h-4 w-12" />}
      </span>
      <span className="tnum flex justify-between text-2xs text-ink-3">
        <span>{balance ? `${formatCount(balance.settled)} settled` : ''}</span>
        <span className={balance && balance.held > 0 ? 'text-accent-text' : ''}>{balance ? `${formatCount(balance.held)} held` : ''}</span>
      </span>
    </Link>
  );
}
