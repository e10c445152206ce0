import { useState, type FormEvent } from 'react';
import { Lightbulb, Lock, LockOpen, X } from 'lucide-react';
import type { ChangeCluster, ClusterView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { formatCount, formatPlural } from '~/shared/format/number';
import { INTENT } from '~/shared/format/word';
import { SidePanel } from '~/shared/overlay/SidePanel';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Badge } from '~/shared/ui/Badge';
import { Button, IconButton } from '~/shared/ui/Button';
import { IdeaCount } from './clusterColumns';
import { MakeIdeasDialog } from './MakeIdeasDialog';

/** One cluster beside the list: rename, lock, its keywords, make ideas. */
export function ClusterPanel({ cluster, canEdit, onClose }: { cluster: ClusterView; canEdit: boolean; onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [making, setMaking] = useState(false);
  const change = async (body: Partial<ChangeCluster>, done: string) => {
    try {
      await api.planner.changeCluster(site, cluster.id, body);
      toasts.success(done);
    } catch (error) {
      toasts.problem(error);
    }
  };
  return (
    <SidePanel label={`Cluster: ${cluster.name}`} onClose={onClose}>
      <header className="flex items-start gap-2 border-b border-line px-5 py-4">
        <NameForm name={cluster.name} canEdit={canEdit} onRename={(name) => change({ name }, 'Renamed')} />
        <IconButton label="Close the cluster" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      <div className="flex flex-col gap-4 px-5 py-4">
        <div className="tnum flex flex-wrap items-center gap-2 text-ink-3">
          {cluster.intent && <Badge>{INTENT[cluster.intent]}</Badge>}
          <span>{formatPlural(cluster.keywords.length, 'keyword')}</span>·<span>{formatCount(cluster.volume)} searches a month</span>
        </div>
        {canEdit && (
          <div className="flex gap-2">
            <Button kind="primary" icon={<Lightbulb size={14} />} onClick={() => setMaking(true)}>
              Make ideas
            </Button>
            <Button icon={cluster.locked ? <LockOpen size={14} /> : <Lock size={14} />} onClick={() => void change({ locked: !cluster.locked }, cluster.locked ? 'Unlocked' : 'Locked: the next clustering leaves it alone')}>
              {cluster.locked ? 'Unlock' : 'Lock'}
            </Button>
          </div>
        )}
        {cluster.ideas > 0 && (
          <p className="text-ink-2">
            Ideas made from it: <IdeaCount cluster={cluster} />
          </p>
        )}
        <section>
          <h3 className="mb-1 text-xs font-medium text-ink-3">Keywords, the most searched first</h3>
          <ul className="divide-y divide-line border-y border-line">
            {cluster.keywords.map((keyword) => (
              <li key={keyword} className="flex items-center justify-between gap-2 py-1.5">
                <span className="truncate">{keyword}</span>
                {keyword === cluster.pillar && <Badge tone="accent">Pillar</Badge>}
              </li>
            ))}
          </ul>
        </section>
      </div>
      {making && <MakeIdeasDialog clusters={[cluster.id]} onClose={() => setMaking(false)} />}
    </SidePanel>
  );
}

function NameForm({ name, canEdit, onRename }: { name: string; canEdit: boolean; onRename: (name: string) => Promise<void> }) {
  const [text, setText] = useState(name);
  const save = (event?: FormEvent) => {
    event?.preventDefault();
    const trimmed = text.trim();
    if (trimmed !== '' && trimmed !== name) void onRename(trimmed);
    else setText(name);
  };
  return (
    <form onSubmit={save} className="min-w-0 flex-1">
      <input
        aria-label="Name of the cluster"
        readOnly={!canEdit}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => save()}
        className="-ml-1.5 w-full truncate rounded-md border border-transparent bg-transparent px-1.5 py-0.5 text-base font-semibold hover:border-line focus:border-line-strong"
      />
    </form>
  );
}
