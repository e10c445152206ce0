import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { useRest } from '@igny8/react';
import { useCan } from '~/shared/data/workspace';
import { classNames } from '~/shared/ui/classNames';
import { PageHeader } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { PromptEditor } from './PromptEditor';
import { promptName } from '~/shared/format/made';

/** Thinker: what the AI is asked, in templates with variables and versions. */
export function ThinkerPage() {
  const prompts = useRest(['prompts'], (rest) => rest.thinker.prompts());
  const mayEdit = useCan('settings');
  const [params, setParams] = useSearchParams();
  const [dirty, setDirty] = useState(false);
  const open = prompts.data?.find((prompt) => prompt.kind === params.get('prompt')) ?? prompts.data?.[0];
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Thinker" description="Prompts: what the AI is asked" />
      {prompts.error ? (
        <ProblemState error={prompts.error} onRetry={() => void prompts.refetch()} />
      ) : !prompts.data || !open ? (
        <div className="p-6">
          <SkeletonLines lines={6} />
        </div>
      ) : (
        <div className="flex min-h-0 flex-1 flex-col md:flex-row">
          <nav aria-label="Prompts" className="flex shrink-0 flex-wrap gap-0.5 border-b border-line p-3 md:w-56 md:flex-col md:flex-nowrap md:border-r md:border-b-0">
            {prompts.data.map((prompt) => (
              <button
                key={prompt.kind}
                type="button"
                aria-current={prompt.kind === open.kind}
                disabled={dirty && prompt.kind !== open.kind}
                title={dirty ? 'Save or discard your changes first' : undefined}
                onClick={() => setParams({ prompt: prompt.kind })}
                className={classNames('flex items-center justify-between gap-2 rounded-md px-2.5 py-1.5 text-left disabled:opacity-50', prompt.kind === open.kind ? 'bg-hover font-medium' : 'text-ink-2 hover:bg-hover')}
              >
                {promptName(prompt.kind)}
                <span className="tnum text-xs text-ink-3">v{prompt.version}</span>
              </button>
            ))}
          </nav>
          <PromptEditor key={`${open.kind}-${open.version}`} prompt={open} canEdit={mayEdit} onDirty={setDirty} />
        </div>
      )}
    </div>
  );
}
