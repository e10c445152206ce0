import { useRef, useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { PromptView } from '@igny8/protocol';
import { useApi, useTenantId } from '~/shared/data/workspace';
import { describeProblem } from '~/shared/format/problem';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { TextArea } from '~/shared/ui/Field';
import { Notice } from '~/shared/ui/Notice';
import { promptName, unknownVariables } from './prompt';

/** A template with its variables, a preview with example data, and saving as the next version. */
export function PromptEditor({ prompt, canEdit, onDirty }: { prompt: PromptView; canEdit: boolean; onDirty: (dirty: boolean) => void }) {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [text, setText] = useState(prompt.template);
  const area = useRef<HTMLDivElement>(null);
  const change = (next: string) => {
    setText(next);
    onDirty(next !== prompt.template);
  };
  const preview = useMutation({ mutationFn: () => api.thinker.previewPrompt(prompt.kind, text) });
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
  const unknown = unknownVariables(text, prompt.variables);
  return (
    <div className="grid min-h-0 min-w-0 flex-1 auto-rows-min gap-6 overflow-y-auto p-6 xl:grid-cols-2">
      <div ref={area} className="flex flex-col gap-3">
        <Variables names={prompt.variables} disabled={!canEdit} onInsert={insert} />
        <TextArea label={`Template of “${promptName(prompt.kind)}”, version ${prompt.version}${prompt.version === 0 ? ' (ours)' : ''}`} mono rows={22} readOnly={!canEdit} value={text} error={unknown.length > 0 ? `No variable is called ${unknown.join(', ')}.` : undefined} onChange={(event) => change(event.target.value)} />
        {canEdit && (
          <div className="flex justify-end gap-2">
            <Button disabled={text === prompt.template} onClick={() => change(prompt.template)}>
              Discard
            </Button>
            <Button onClick={() => preview.mutate()} busy={preview.isPending} disabled={unknown.length > 0}>
              Preview
            </Button>
            <Button kind="primary" busy={save.isPending} disabled={text === prompt.template || unknown.length > 0 || text.trim() === ''} onClick={() => save.mutate()}>
              Save as version {prompt.version + 1}
            </Button>
          </div>
        )}
      </div>
      <Preview text={preview.data?.text} error={preview.error} />
    </div>
  );
}

function Variables({ names, disabled, onInsert }: { names: string[]; disabled: boolean; onInsert: (name: string) => void }) {
  return (
    <div className="flex flex-wrap items-center gap-1" role="group" aria-label="Variables">
      <span className="pr-1 text-xs text-ink-3">Insert</span>
      {names.map((name) => (
        <button key={name} type="button" disabled={disabled} onClick={() => onInsert(name)} className="rounded-sm bg-accent-soft px-1.5 py-0.5 font-mono text-2xs text-accent-text hover:underline disabled:opacity-60">
          {`{{${name}}}`}
        </button>
      ))}
    </div>
  );
}

function Preview({ text, error }: { text: string | undefined; error: Error | null }) {
  return (
    <section aria-label="Preview" aria-live="polite" className="flex min-w-0 flex-col gap-3">
      <h2 className="py-0.5 text-xs font-medium text-ink-2">What the model would get, with example data</h2>
      {error ? (
        <Notice tone="bad" title={describeProblem(error).title}>
          {describeProblem(error).detail}
        </Notice>
      ) : (
        <pre className="min-h-40 rounded-md border border-line bg-sunken p-3 font-mono text-xs leading-5 whitespace-pre-wrap text-ink-2">{text ?? 'Press “Preview”.'}</pre>
      )}
    </section>
  );
}
