import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Archive, RotateCcw } from 'lucide-react';
import type { TaskKind } from '@igny8/protocol';
import { useApi, useSiteId, useTenantId } from '~/shared/data/workspace';
import { formatPlural } from '~/shared/format/number';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';

/** What was done to dead letters, for whoever shows them. */
function useSettled() {
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: ['igny8', tenant, 'dead-letters', site] });
}

/** All that the filters leave go back into the queue. */
export function ReplayAll({ code, kind, total }: { code: string; kind: TaskKind | ''; total: number }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const confirm = useConfirm();
  const settled = useSettled();
  const replay = useMutation({
    mutationFn: () => api.writer.replayDead(site, { code: code || null, kind: kind || null }),
    onSuccess: async ({ replayed, refused, left }) => {
      const rest = [refused > 0 && `${formatPlural(refused, 'task')} could not: what they work on has changed`, left > 0 && `${left} are left: replay again`].filter(Boolean);
      toasts.success(`${formatPlural(replayed, 'task')} queued again`, rest.length > 0 ? { detail: `${rest.join('. ')}.` } : {});
      await settled();
    },
    onError: (error) => toasts.problem(error),
  });
  const ask = async () => {
    const body = 'They are queued as they were, and charged only when they succeed.';
    if (await confirm({ title: `Try ${formatPlural(total, 'task')} again?`, body, confirm: 'Queue them again' })) replay.mutate();
  };
  return (
    <Button kind="primary" icon={<RotateCcw size={14} />} busy={replay.isPending} onClick={() => void ask()}>
      Replay {code || kind ? 'these' : 'all'}
    </Button>
  );
}

/** The selected ones are tried again, or put away. */
export function SelectedActions({ tasks, onDone }: { tasks: string[]; onDone: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const confirm = useConfirm();
  const settled = useSettled();
  const retry = useMutation({
    mutationFn: async () => {
      const ended = await Promise.allSettled(tasks.map((task) => api.writer.retryTask(site, task)));
      return ended.filter(({ status }) => status === 'fulfilled').length;
    },
    onSuccess: async (queued) => {
      const refused = tasks.length - queued;
      toasts.success(`${formatPlural(queued, 'task')} queued again`, refused > 0 ? { detail: `${formatPlural(refused, 'task')} could not: open one to see why.` } : {});
      onDone();
      await settled();
    },
  });
  const discard = useMutation({
    mutationFn: () => api.writer.discardDead(site, tasks),
    onSuccess: async () => {
      toasts.success(`${formatPlural(tasks.length, 'task')} put away`, { detail: 'They are in the log.' });
      onDone();
      await settled();
    },
    onError: (error) => toasts.problem(error),
  });
  const ask = async () => {
    const body = 'They leave this list and cannot be tried again. The log keeps them, and nothing was charged.';
    if (await confirm({ title: `Put ${formatPlural(tasks.length, 'task')} away?`, body, confirm: 'Put away', danger: true })) discard.mutate();
  };
  return (
    <>
      <Button size="sm" icon={<Archive size={14} />} busy={discard.isPending} onClick={() => void ask()}>
        Put away
      </Button>
      <Button size="sm" kind="primary" icon={<RotateCcw size={14} />} busy={retry.isPending} onClick={() => retry.mutate()}>
        Try again
      </Button>
    </>
  );
}
