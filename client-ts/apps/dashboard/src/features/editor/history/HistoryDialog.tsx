import { useState } from 'react';
import { BookmarkPlus } from 'lucide-react';
import type { VersionView } from '@igny8/protocol';
import { useCan } from '~/shared/data/workspace';
import { Dialog } from '~/shared/overlay/Dialog';
import { Button } from '~/shared/ui/Button';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { ComparedText } from './ComparedText';
import { NameDialog } from './NameDialog';
import { useHistory, useHistoryActions } from './useHistory';
import { VersionList } from './VersionList';
import { versionTitle } from './version';

/** The versions that are kept, what changed since each, and the way back. */
export function HistoryDialog({ document, onClose }: { document: string; onClose: () => void }) {
  const history = useHistory(document);
  const actions = useHistoryActions(document);
  const mayEdit = useCan('edit');
  const [chosen, setChosen] = useState<string | null>(null);
  const [naming, setNaming] = useState<VersionView | 'now' | null>(null);
  const versions = history.data ?? [];
  const open = versions.find(({ id }) => id === chosen) ?? versions[0];
  const keep = mayEdit && (
    <Button icon={<BookmarkPlus size={14} />} onClick={() => setNaming('now')}>
      Keep as it is now
    </Button>
  );
  return (
    <Dialog title="History" description="Versions that were kept. Restoring one keeps what stands there now." width="lg" onClose={onClose} footer={keep || undefined}>
      {history.error ? (
        <ProblemState error={history.error} onRetry={() => void history.refetch()} />
      ) : !history.data ? (
        <SkeletonLines lines={6} />
      ) : !open ? (
        <p className="py-6 text-center text-ink-3">No version yet. One is kept every now and then while the draft changes, when it is approved, and when you keep it.</p>
      ) : (
        <div className="grid gap-4 pb-2 md:grid-cols-[260px_minmax(0,1fr)]">
          <VersionList versions={versions} open={open.id} onOpen={setChosen} />
          <section aria-label={versionTitle(open)} className="flex min-w-0 flex-col gap-3">
            {mayEdit && (
              <div className="flex flex-wrap gap-2">
                <Button size="sm" kind="primary" onClick={() => actions.restore(open)}>
                  Restore this version
                </Button>
                <Button size="sm" onClick={() => setNaming(open)}>
                  {open.name ? 'Rename' : 'Give it a name'}
                </Button>
                {open.cause !== 'approved' && (
                  <Button size="sm" kind="ghost" onClick={() => actions.forget(open)}>
                    Forget it
                  </Button>
                )}
              </div>
            )}
            <ComparedText document={document} version={open.id} />
          </section>
        </div>
      )}
      {naming && <NameDialog document={document} version={naming === 'now' ? null : naming} onClose={() => setNaming(null)} />}
    </Dialog>
  );
}
