import { Link } from 'react-router';
import type { ReactNode } from 'react';
import { classNames } from './classNames';
import { Skeleton } from './Skeleton';
import { formatCount } from '~/shared/format/number';

export interface Stat {
  label: string;
  /** Absent while it is being read. */
  value: number | undefined;
  note?: ReactNode;
  /** Where the things it counts are. */
  to: string;
}

/** Numbers, each of which leads to what it counts. */
export function StatsCards({ stats }: { stats: Stat[] }) {
  return (
    <ul className={classNames('grid shrink-0 gap-px overflow-hidden rounded-lg border border-line bg-line', stats.length === 3 ? 'grid-cols-3' : 'grid-cols-2 lg:grid-cols-4')}>
      {stats.map((stat) => (
        <li key={stat.label} className="bg-surface">
          <Link to={stat.to} className="group flex h-full flex-col gap-1 px-4 py-3 transition-colors duration-100 hover:bg-hover focus-visible:-outline-offset-2">
            <span className="text-xs font-medium text-ink-3 group-hover:text-ink-2">{stat.label}</span>
            {stat.value === undefined ? <Skeleton className="my-1.5 h-5 w-14" /> : <span className="tnum text-xl font-semibold tracking-tight text-ink">{formatCount(stat.value)}</span>}
            <span className="min-h-4 text-xs text-ink-3">{stat.note}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
