import type { ClusterView } from '@igny8/protocol';
import { Lock } from 'lucide-react';
import { formatCompact } from '~/shared/format/number';
import { INTENT } from '~/shared/format/word';
import type { Selection } from '~/shared/table/column';
import { Badge } from '~/shared/ui/Badge';
import { classNames } from '~/shared/ui/classNames';

const KEYWORDS_SHOWN = 5;

/** Clusters side by side, with their first keywords: for judging what belongs together. */
export function ClusterCards({ clusters, selection, onOpen }: { clusters: ClusterView[]; selection: Selection | undefined; onOpen: (cluster: ClusterView) => void }) {
  const toggle = (id: string) => {
    const next = new Set(selection?.selected);
    if (!next.delete(id)) next.add(id);
    selection?.onChange(next);
  };
  return (
    <ul aria-label="Clusters" className="grid min-h-0 flex-1 auto-rows-min grid-cols-[repeat(auto-fill,minmax(264px,1fr))] gap-3 overflow-y-auto p-6">
      {clusters.map((cluster) => {
        const chosen = selection?.selected.has(cluster.id) ?? false;
        return (
          <li key={cluster.id} className={classNames('relative flex flex-col rounded-lg border', chosen ? 'border-accent bg-accent-soft' : 'border-line bg-surface hover:border-line-strong')}>
            {selection && <input type="checkbox" aria-label={`Select ${cluster.name}`} checked={chosen} onChange={() => toggle(cluster.id)} className="absolute top-4 right-4 size-3.5 accent-accent" />}
            <button type="button" onClick={() => onOpen(cluster)} className="flex flex-1 flex-col gap-3 rounded-lg p-4 text-left">
              <span className="flex items-center gap-1.5 pr-6 font-semibold">
                {cluster.name}
                {cluster.locked && <Lock size={12} className="text-ink-3" aria-label="Locked" />}
              </span>
              <span className="flex flex-col gap-0.5 text-xs text-ink-2">
                {cluster.keywords.slice(0, KEYWORDS_SHOWN).map((keyword) => (
                  <span key={keyword} className={classNames('truncate', keyword === cluster.pillar && 'font-medium text-ink')}>
                    {keyword}
                  </span>
                ))}
                {cluster.keywords.length > KEYWORDS_SHOWN && <span className="text-ink-3">and {cluster.keywords.length - KEYWORDS_SHOWN} more</span>}
              </span>
              <span className="tnum mt-auto flex items-center gap-2 text-xs text-ink-3">
                {cluster.intent && <Badge>{INTENT[cluster.intent]}</Badge>}
                <span>{formatCompact(cluster.volume)} / month</span>
                {cluster.ideas > 0 && <span className="ml-auto">{cluster.ideas} ideas</span>}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
