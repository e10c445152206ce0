import { Link } from 'react-router';
import type { Overview, StatusCount } from '@igny8/protocol';
import { useSitePath } from '~/shared/data/workspace';
import { formatCount } from '~/shared/format/number';

export function countOf(counts: StatusCount[], ...statuses: string[]): number {
  return counts.filter((one) => statuses.includes(one.status)).reduce((sum, one) => sum + one.count, 0);
}

interface Stage {
  label: string;
  count: number;
  page: string;
}

function stagesOf({ keywords, clusters, ideas_new, documents }: Overview): Stage[] {
  return [
    { label: 'Keywords', count: keywords.total, page: 'keywords' },
    { label: 'Clusters', count: clusters, page: 'clusters' },
    { label: 'New ideas', count: ideas_new, page: 'ideas?status=new' },
    { label: 'Drafts', count: countOf(documents, 'draft'), page: 'drafts?status=draft' },
    { label: 'In review', count: countOf(documents, 'in_review'), page: 'drafts?status=in_review' },
    { label: 'Approved', count: countOf(documents, 'approved', 'publishing'), page: 'drafts?status=approved' },
    { label: 'Published', count: countOf(documents, 'published', 'conflict'), page: 'publish' },
  ];
}

// Stages differ by orders of magnitude: a square root keeps the small ones visible and the order true.
const width = (count: number, most: number) => (count === 0 ? 0 : Math.max(2, Math.sqrt(count / most) * 100));

/** How much is where, from keyword to post. Every bar leads to what it counts. */
export function PipelineChart({ overview }: { overview: Overview }) {
  const stages = stagesOf(overview);
  const most = Math.max(1, ...stages.map((stage) => stage.count));
  const path = useSitePath();
  return (
    <ul className="flex flex-col gap-0.5" aria-label="Pipeline">
      {stages.map((stage) => (
        <li key={stage.label}>
          <Link to={path(stage.page)} className="-mx-2 grid h-8 grid-cols-[80px_1fr_56px] items-center gap-3 rounded-md px-2 hover:bg-hover">
            <span className="text-ink-2">{stage.label}</span>
            <span aria-hidden="true" className="h-3 rounded-sm bg-hover">
              <span className="block h-full rounded-sm bg-accent transition-[width] duration-300 ease-out" style={{ width: `${width(stage.count, most)}%` }} />
            </span>
            <span className="tnum text-right font-medium">{formatCount(stage.count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
