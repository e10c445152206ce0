import type { ClusterView } from '@igny8/protocol';
import { Lock } from 'lucide-react';
import { Link } from 'react-router';
import { useSitePath } from '~/shared/data/workspace';
import { formatCount } from '~/shared/format/number';
import { INTENT } from '~/shared/format/word';
import type { Column } from '~/shared/table/column';

/** With a panel open beside the table, only what identifies a cluster stays. */
export function clusterColumns(wide: boolean): Column<ClusterView>[] {
  const all: (Column<ClusterView> & { always?: boolean })[] = [
    { id: 'name', header: 'Cluster', width: 'minmax(200px, 1.4fr)', always: true, cell: (cluster) => <ClusterName cluster={cluster} /> },
    { id: 'pillar', header: 'Pillar keyword', width: 'minmax(160px, 1fr)', cell: (cluster) => <span className="text-ink-2">{cluster.pillar}</span> },
    { id: 'intent', header: 'Intent', width: '112px', cell: (cluster) => <span className="text-ink-2">{cluster.intent ? INTENT[cluster.intent] : '–'}</span> },
    { id: 'keywords', header: 'Keywords', width: '80px', align: 'right', always: true, cell: (cluster) => formatCount(cluster.keywords.length) },
    { id: 'volume', header: 'Volume', width: '88px', align: 'right', always: true, cell: (cluster) => formatCount(cluster.volume) },
    { id: 'ideas', header: 'Ideas', width: '64px', align: 'right', cell: (cluster) => <IdeaCount cluster={cluster} /> },
  ];
  return all.filter((column) => wide || column.always);
}

function ClusterName({ cluster }: { cluster: ClusterView }) {
  return (
    <span className="flex items-center gap-1.5 font-medium">
      <span className="truncate">{cluster.name}</span>
      {cluster.locked && <Lock size={12} className="shrink-0 text-ink-3" aria-label="Locked" />}
    </span>
  );
}

export function IdeaCount({ cluster }: { cluster: ClusterView }) {
  const path = useSitePath();
  if (cluster.ideas === 0) return <span className="text-ink-3">–</span>;
  return (
    <Link to={path(`ideas?cluster=${cluster.id}`)} className="rounded-sm text-accent-text underline underline-offset-2">
      {cluster.ideas}
    </Link>
  );
}
