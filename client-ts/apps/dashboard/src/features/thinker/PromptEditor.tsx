import { useRef, useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { PromptView } from '@igny8/protocol';
import { useApi, useTenantId } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { TextArea } from '~/shared/ui/Field';
import { classNames } from '~/shared/ui/classNames';
import { promptName } from '~/shared/format/made';
import { templateProblem } from './prompt';
import { PromptVersions } from './PromptVersions';
import { TrialPanel } from './TrialPanel';
import { VariableList } from './VariableList';

type Side = 'try' | 'versions';

/** A template with its variables; beside it what the model would get, a test run, and the versions. */
export function PromptEditor({ prompt, canEdit, onDirty }: { prompt: PromptView; canEdit: boolean; onDirty: (dirty: boolean) => void }) {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [text, setText] = useState(prompt.template);
  const [side, setSide] = useState<Side>(canEdit ? 'try' : 'versions');
  const area = useRef<HTMLDivElement>(null);
  const change = (next: string) => {
    setText(next);
    onDirty(next !== prompt.template);
  };
  const save = useMutation({
    mutationFn: () => api.thinker.changePrompt(prompt.kind, text),
    onSuccess: async (saved) => {
      onDirty(false);
      toasts.success(`${promptName(saved.kind)}: version ${saved.version} is in use`);
      await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'prompts'] });
    },
    onError: (error) => toasts.problem(error),
  });
  const insert = (name: string) => {
    const field = area.current?.querySelector('textarea');
    const at = field?.selectionStart ?? text.length;
    change(`${text.slice(0, at)}{{${name}}}${text.slice(field?.selectionEnd ?? at)}`);
    field?.focus();
  };
  const problem = templateProblem(text, prompt.variables);
  return (
    <div className="grid min-h-0 min-w-0 flex-1 auto-rows-min grid-cols-[minmax(0,1fr)] gap-6 overflow-y-auto p-4 sm:p-6 xl:grid-cols-2">
      <div ref={area} className="flex min-w-0 flex-col gap-3">
        <TextArea label={`Template of “${promptName(prompt.kind)}”, version ${prompt.version}${prompt.version === 0 ? ' (ours)' : ''}`} mono rows={18} readOnly={!canEdit} value={text} error={problem} onChange={(event) => change(event.target.value)} />
        {canEdit && (
          <div className="flex justify-end gap-2">
            <Button disabled={text === prompt.template} onClick={() => change(prompt.template)}>
              Discard
            </Button>
            <Button kind="primary" busy={save.isPending} disabled={text === prompt.template || problem !== undefined || text.trim() === ''} onClick={() => save.mutate()}>
              Save as version {prompt.version + 1}
            </Button>
          </div>
        )}
        <VariableList variables={prompt.variables} template={text} disabled={!canEdit} onInsert={insert} />
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <div role="group" aria-label="Beside the template" className="flex gap-1">
          {canEdit && <SideButton label="Preview and test" open={side === 'try'} onOpen={() => setSide('try')} />}
          <SideButton label="Versions" open={side === 'versions'} onOpen={() => setSide('versions')} />
        </div>
        {side === 'try' ? <TrialPanel kind={prompt.kind} template={text} problem={problem} /> : <PromptVersions prompt={prompt} canEdit={canEdit} />}
      </div>
    </div>
  );
}

function SideButton({ label, open, onOpen }: { label: string; open: boolean; onOpen: () => void }) {
  return (
    <button type="button" aria-pressed={open} onClick={onOpen} className={classNames('rounded-md px-2.5 py-1 text-xs', open ? 'bg-hover font-medium text-ink' : 'text-ink-2 hover:bg-hover')}>
      {label}
    </button>
  );
}
