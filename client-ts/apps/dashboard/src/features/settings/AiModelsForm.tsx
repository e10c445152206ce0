import { useState, type FormEvent } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { AiModels, Provider } from '@igny8/protocol';
import { useApi, useTenantId } from '~/shared/data/workspace';
import { describeProblem } from '~/shared/format/problem';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { SelectField, TextField } from '~/shared/ui/Field';
import { Notice } from '~/shared/ui/Notice';
import { Card } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';

/** Which provider writes, and with which key. A key is sealed at once and never shown again. */
export function AiModelsForm({ canEdit }: { canEdit: boolean }) {
  const models = useRest(['ai-models'], (rest) => rest.settings.aiModels());
  if (models.error) {
    const { title, detail } = describeProblem(models.error);
    return <Notice title={title}>{detail}</Notice>;
  }
  return <Card className="p-4">{models.data ? <Form key={JSON.stringify(models.data)} models={models.data} canEdit={canEdit} /> : <SkeletonLines lines={3} />}</Card>;
}

function Form({ models, canEdit }: { models: AiModels; canEdit: boolean }) {
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const tenant = useTenantId();
  const [provider, setProvider] = useState<Provider>(models.provider);
  const [address, setAddress] = useState(models.base_url ?? '');
  const [model, setModel] = useState(models.model);
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);
  const own = provider === 'open_ai_compatible';
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.settings.changeAiModels(own ? { provider, base_url: address.trim(), model: model.trim(), ...(key ? { key } : {}) } : { provider });
      await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'ai-models'] });
      toasts.success('Models saved', { detail: 'The next task uses them.' });
    } catch (error) {
      toasts.problem(error);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
      <fieldset disabled={!canEdit} className="grid gap-4 sm:grid-cols-2">
        <SelectField label="Provider" value={provider} onChange={(event) => setProvider(event.target.value as Provider)}>
          <option value="platform">The server’s own</option>
          <option value="open_ai_compatible">OpenAI-compatible, with your key</option>
        </SelectField>
        <TextField label="Model for text" value={model} disabled={!own} onChange={(event) => setModel(event.target.value)} />
        {own && (
          <>
            <TextField label="Address" inputMode="url" placeholder="https://api.example.com/v1" value={address} onChange={(event) => setAddress(event.target.value)} />
            <TextField label="Key" type="password" autoComplete="off" value={key} placeholder={models.key_hint ? `•••• ${models.key_hint}` : ''} hint={models.key_hint ? 'Leave it empty to keep the one that is there.' : 'Kept sealed; it is never shown again.'} onChange={(event) => setKey(event.target.value)} />
          </>
        )}
      </fieldset>
      {canEdit && (
        <Button type="submit" kind="primary" className="self-end" busy={busy} disabled={own && (address.trim() === '' || model.trim() === '')}>
          Save
        </Button>
      )}
    </form>
  );
}
