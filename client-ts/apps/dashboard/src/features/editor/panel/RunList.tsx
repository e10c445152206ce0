import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { useRest } from '@igny8/react';
import type { RunView } from '@igny8/protocol';
import { useApi, useCan, useSiteId, useTenantId } from '~/shared/data/workspace';
import { madeBy } from '~/shared/format/made';
import { formatAgo } from '~/shared/format/time';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { Block } from './Block';

/** What the AI wrote in this draft, and the way to take it back as one. `revision` changes when a task of the draft does. */
export function RunList({ document, revision }: { document: string; revision: string }) {
  const site = useSiteId();
  const runs = useRest(['runs', document, revision], (rest) => rest.history.runs(site, document));
  const undo = useUndo(document);
  const mayEdit = useCan('edit');
  if (!runs.data?.length) return null;
  return (
    <Block title="Written by the AI">
      <ul className="flex flex-col gap-2">
      {runs.data.map((run) => (
        <li key={run.id} className="flex items-center justify-between gap-2">
          <span>
            {run.author}
            <span className="block text-xs text-ink-3">{describe(run)}</span>
            {madeBy(run) && <span className="block text-xs text-ink-3">{madeBy(run)}</span>}
          </span>
          {mayEdit && run.ended_at !== null && run.undone_at === null && (
            <Button size="sm" icon={<Undo2 size={12} />} onClick={() => void undo(run)}>
              Take it back
            </Button>
          )}
        </li>
      ))}
      </ul>
    </Block>
  );
}

function describe(run: RunView): string {
  if (run.undone_at !== null) return `Taken back ${formatAgo(run.undone_at)}`;
  return run.ended_at === null ? 'Is writing' : `Wrote until ${formatAgo(run.ended_at)}`;
}

function useUndo(document: string) {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const confirm = useConfirm();
  const toasts = useToasts();
  const undo = useMutation({
    mutationFn: (run: RunView) => api.history.undoRun(site, document, run.id),
    onSuccess: async () => {
      toasts.success('The AI’s text is taken back', { detail: 'What people wrote stays.' });
      await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'runs', document] });
    },
    onError: (error) => toasts.problem(error),
  });
  return async (run: RunView) => {
    const body = 'All that it wrote goes in one step. What people wrote, also within its paragraphs, stays. What it cost is not given back.';
    if (await confirm({ title: `Take back what ${run.author} wrote?`, body, confirm: 'Take it back', danger: true })) undo.mutate(run);
  };
}
