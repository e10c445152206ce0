import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pause, Play } from 'lucide-react';
import type { QueueView, TaskKind } from '@igny8/protocol';
import { useApi, useSiteId, useTenantId } from '~/shared/data/workspace';
import { Menu } from '~/shared/overlay/Menu';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';

/** Holds the site's queue up, or one kind of it, and lets it go on. */
export function usePause(): { set: (paused: boolean, kind?: TaskKind) => void; busy: boolean } {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const change = useMutation({
    mutationFn: ({ paused, kind }: { paused: boolean; kind: TaskKind | undefined }) => (paused ? api.system.pauseQueue(site, kind ? { kind } : {}) : api.system.resumeQueue(site, kind ? { kind } : {})),
    onSuccess: (queue: QueueView) => queries.setQueryData(['igny8', tenant, 'queue', site], queue),
    onError: (error) => toasts.problem(error),
  });
  return { set: (paused, kind) => change.mutate({ paused, kind }), busy: change.isPending };
}

/** The same for the work of all sites. */
export function usePauseAll(): { set: (paused: boolean) => void; busy: boolean } {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const change = useMutation({
    mutationFn: (paused: boolean) => (paused ? api.system.pauseWork() : api.system.resumeWork()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['igny8', tenant, 'queue'] }),
    onError: (error) => toasts.problem(error),
  });
  return { set: change.mutate, busy: change.isPending };
}

/** Pauses this site or all of them; what is paused is resumed where it is told. */
export function PauseMenu({ queue }: { queue: QueueView }) {
  const pause = usePause();
  const pauseAll = usePauseAll();
  const is = (wanted: string) => queue.pauses.some(({ scope }) => scope === wanted);
  return (
    <Menu
      label="Pause work"
      align="right"
      buttonClassName="inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md border border-line-strong bg-surface px-3 text-sm font-medium whitespace-nowrap shadow-low hover:bg-hover"
      button={
        <>
          <Pause size={14} aria-hidden="true" /> Pause…
        </>
      }
      sections={[
        [
          { label: 'This site’s queue', note: is('site') ? 'Is paused' : 'What runs goes on to its end', disabled: is('site'), run: () => pause.set(true) },
          { label: 'All sites of the workspace', note: is('tenant') ? 'Are paused' : 'Nothing new starts anywhere', disabled: is('tenant'), run: () => pauseAll.set(true) },
        ],
      ]}
    />
  );
}

/** Ends the pause that a notice tells of. */
export function ResumeButton({ pause }: { pause: QueueView['pauses'][number] }) {
  const one = usePause();
  const all = usePauseAll();
  const resume = () => (pause.scope === 'tenant' ? all.set(false) : one.set(false, pause.kind ?? undefined));
  return (
    <Button size="sm" icon={<Play size={12} />} busy={one.busy || all.busy} onClick={resume}>
      Resume
    </Button>
  );
}
