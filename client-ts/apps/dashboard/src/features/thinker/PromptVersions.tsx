import { useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { LineView, PromptVersionView, PromptView } from '@igny8/protocol';
import { useApi, useTenantId } from '~/shared/data/workspace';
import { formatExact } from '~/shared/format/time';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Badge } from '~/shared/ui/Badge';
import { Button } from '~/shared/ui/Button';
import { classNames } from '~/shared/ui/classNames';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { promptName } from '~/shared/format/made';

/** The kept versions, what each changed, and the way back: an old version again, as a new one. */
export function PromptVersions({ prompt, canEdit }: { prompt: PromptView; canEdit: boolean }) {
  const versions = useRest(['prompt-versions', prompt.kind, prompt.version], (rest) => rest.thinker.promptVersions(prompt.kind));
  const [open, setOpen] = useState(prompt.version);
  const restore = useRestore(prompt.kind);
  if (versions.error) return <ProblemState error={versions.error} onRetry={() => void versions.refetch()} />;
  if (!versions.data) return <SkeletonLines lines={5} />;
  const at = versions.data.findIndex(({ version }) => version === open);
  const before = versions.data[at + 1]?.version;
  return (
    <section aria-label="Versions" className="flex min-w-0 flex-col gap-3">
      <ol className="max-h-56 overflow-y-auto rounded-md border border-line">
        {versions.data.map((version) => (
          <li key={version.version} className="flex items-center gap-2 border-b border-line last:border-0">
            <button type="button" aria-pressed={version.version === open} onClick={() => setOpen(version.version)} className={classNames('flex min-w-0 flex-1 items-center gap-3 px-3 py-1.5 text-left', version.version === open ? 'bg-hover' : 'hover:bg-hover')}>
              <span className="tnum w-8 font-medium">v{version.version}</span>
              <span className="min-w-0 flex-1 truncate text-ink-2">{origin(version)}</span>
              {version.version === prompt.version && <Badge>in use</Badge>}
              <span className="tnum text-xs text-ink-3">{version.created_at === null ? '' : formatExact(version.created_at)}</span>
            </button>
          </li>
        ))}
      </ol>
      <div className="flex items-center justify-between gap-2">
        <h2 className="text-xs font-medium text-ink-2">{before === undefined ? `Version ${open}` : `What version ${open} changed in version ${before}`}</h2>
        {canEdit && open !== prompt.version && (
          <Button size="sm" onClick={() => restore(open, prompt.version + 1)}>
            Use version {open} again
          </Button>
        )}
      </div>
      <Difference kind={prompt.kind} from={before ?? open} to={open} />
    </section>
  );
}

function origin(version: PromptVersionView): string {
  if (version.version === 0) return 'Ours';
  const author = version.author_name ?? 'A former member';
  return version.restored === null ? author : `${author}, from version ${version.restored}`;
}

function useRestore(kind: string): (version: number, next: number) => void {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const confirm = useConfirm();
  const toasts = useToasts();
  const restore = useMutation({
    mutationFn: (version: number) => api.thinker.restorePrompt(kind, version),
    onSuccess: async (saved) => {
      toasts.success(`${promptName(kind)}: version ${saved.version} is in use`);
      await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'prompts'] });
    },
    onError: (error) => toasts.problem(error),
  });
  return (version, next) => {
    const question = { title: `Use version ${version} again?`, body: `It becomes version ${next}. The versions in between stay.`, confirm: `Save as version ${next}` };
    void confirm(question).then((yes) => yes && restore.mutate(version));
  };
}

const SIGN: Record<LineView['change'], string> = { same: ' ', added: '+', removed: '−' };
const LOOK: Record<LineView['change'], string> = { same: 'text-ink-3', added: 'bg-good-soft text-ink', removed: 'bg-bad-soft text-ink' };

function Difference({ kind, from, to }: { kind: string; from: number; to: number }) {
  const difference = useRest(['prompt-difference', kind, from, to], (rest) => rest.thinker.promptDifference(kind, from, to));
  if (difference.error) return <ProblemState error={difference.error} onRetry={() => void difference.refetch()} />;
  if (!difference.data) return <SkeletonLines lines={6} />;
  return (
    <div tabIndex={0} role="region" aria-label="Changed lines" className="max-h-96 overflow-auto rounded-md border border-line bg-sunken py-2 font-mono text-xs leading-5">
      {difference.data.lines.map((line, index) => (
        <div key={index} className={classNames('flex gap-2 px-3 whitespace-pre-wrap', LOOK[line.change])}>
          <span aria-hidden="true" className="select-none">
            {SIGN[line.change]}
          </span>
          <span className="min-w-0">
            {line.change !== 'same' && <span className="sr-only">{line.change}: </span>}
            {line.text || '\u00a0'}
          </span>
        </div>
      ))}
    </div>
  );
}
