import { useState } from 'react';
import type { AiRouteView, ChangeAiRoute, Provider } from '@igny8/protocol';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { CheckField, NumberField, SelectField, TextField } from '~/shared/ui/Field';
import { CAPABILITY, dollarsText, PROVIDER, readDollars, unchanged } from './route';
import type { SaveRoutes } from './useRoutes';

const ADDRESS: Record<Provider, string> = { platform: '', open_ai_compatible: 'https://api.example.com/v1', anthropic: 'https://api.anthropic.com/v1', runware: 'https://api.runware.ai/v1' };

interface RouteFormProps {
  /** The one to change, or one without a name for a new one. */
  route: AiRouteView;
  names: readonly string[];
  save: SaveRoutes;
  onClose: () => void;
}

/** One model: where it is, by which key, what it bears and costs. */
export function RouteForm({ route, names, save, onClose }: RouteFormProps) {
  const toasts = useToasts();
  const isNew = route.name === '';
  const [draft, setDraft] = useState<ChangeAiRoute>({ ...unchanged(route), key: '' });
  const [price, setPrice] = useState({ input: dollarsText(route.price?.input ?? null), output: dollarsText(route.price?.output ?? null) });
  const set = (change: Partial<ChangeAiRoute>) => setDraft((before) => ({ ...before, ...change }));
  const taken = isNew && names.includes(draft.name.trim());
  const input = readDollars(price.input);
  const output = readDollars(price.output);
  const half = (input === null) !== (output === null);
  const own = draft.provider !== 'platform';
  const { article, providers } = CAPABILITY[route.capability];
  const text = route.capability === 'text';
  // The server has several models for texts, and one for the rest.
  const named = own || text;
  const submit = async () => {
    const known = typeof input === 'number' && typeof output === 'number' ? { cached: route.price?.cached ?? input, cache_write: route.price?.cache_write ?? input, input, output } : null;
    const sent: ChangeAiRoute = { ...draft, name: draft.name.trim(), base_url: own ? draft.base_url?.trim() || null : null, model: (named && draft.model?.trim()) || null, key: own ? draft.key || null : null, price: known };
    await save.mutateAsync(({ routes }) => ({ routes: isNew ? [...routes.map(unchanged), sent] : routes.map((kept) => (kept.name === route.name ? sent : unchanged(kept))) }));
    toasts.success(`${sent.name} saved`, { detail: 'Test it before you rely on it.' });
  };
  return (
    <FormModal title={isNew ? `Add ${article}` : `Edit ${route.name}`} submit="Save" canSubmit={draft.name.trim() !== '' && !taken && !half && !isError(input) && !isError(output)} onSubmit={submit} onClose={onClose} width="lg">
      <fieldset className="grid gap-4 sm:grid-cols-2">
        <TextField label="Name here" value={draft.name} maxLength={60} required disabled={!isNew} error={taken ? 'Another model has this name.' : undefined} hint={isNew ? 'What you call it, such as “main”.' : 'Its key belongs to its name: for another name add another model.'} onChange={(event) => set({ name: event.target.value })} />
        <SelectField label="Provider" value={draft.provider} onChange={(event) => set({ provider: event.target.value as Provider })}>
          {providers.map((provider) => (
            <option key={provider} value={provider}>
              {PROVIDER[provider]}
            </option>
          ))}
        </SelectField>
        {named && <TextField label="Model" value={draft.model ?? ''} required={own} spellCheck={false} hint={own ? 'As the provider names it.' : 'Empty: the one that the server chooses.'} onChange={(event) => set({ model: event.target.value })} />}
        {own && (
          <>
            <TextField label="Address" inputMode="url" placeholder={ADDRESS[draft.provider]} required={draft.provider === 'open_ai_compatible'} value={draft.base_url ?? ''} onChange={(event) => set({ base_url: event.target.value })} />
            <TextField label="Key" type="password" autoComplete="off" required={draft.provider === 'runware' && !route.key_hint} value={draft.key ?? ''} placeholder={route.key_hint ? `•••• ${route.key_hint}` : ''} hint={route.key_hint ? 'Leave it empty to keep the one that is there.' : 'Kept sealed; it is never shown again.'} onChange={(event) => set({ key: event.target.value })} />
          </>
        )}
      </fieldset>
      <fieldset className="grid gap-4 sm:grid-cols-3">
        <NumberField label="Requests a minute" value={draft.requests_per_minute} min={1} max={1_000_000} optional hint="Empty: what the provider says" onChange={(requests_per_minute) => set({ requests_per_minute })} />
        <NumberField label="Tokens a minute" value={draft.tokens_per_minute} min={1} max={1_000_000_000} optional hint="Empty: what the provider says" onChange={(tokens_per_minute) => set({ tokens_per_minute })} />
        <NumberField label="Calls at once" value={draft.concurrency} min={1} max={1000} optional hint="Empty: the server’s usual" onChange={(concurrency) => set({ concurrency })} />
        <NumberField label="Weight" value={draft.weight ?? 1} min={1} max={100} hint="Its share, when chosen by weight" onChange={(weight) => set({ weight })} />
        {text && <NumberField label="Context, in tokens" value={draft.context_tokens} min={1} max={100_000_000} optional hint="Sent and received; empty: unknown" onChange={(context_tokens) => set({ context_tokens })} />}
      </fieldset>
      <fieldset className="grid gap-4 sm:grid-cols-2">
        <TextField label="$ a million tokens sent" inputMode="decimal" className="tnum" value={price.input} error={errorOf(input) ?? (half ? 'Enter both prices, or none.' : undefined)} hint="Empty: the list price, where there is one" onChange={(event) => setPrice({ ...price, input: event.target.value })} />
        <TextField label="$ a million tokens received" inputMode="decimal" className="tnum" value={price.output} error={errorOf(output)} onChange={(event) => setPrice({ ...price, output: event.target.value })} />
      </fieldset>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        <CheckField label="Used for calls" checked={draft.enabled ?? true} onChange={(enabled) => set({ enabled })} />
        {text && <CheckField label="The provider can be held to a JSON schema" checked={draft.json_schema} onChange={(json_schema) => set({ json_schema })} />}
      </div>
    </FormModal>
  );
}

type Dollars = ReturnType<typeof readDollars>;
const isError = (read: Dollars): read is { error: string } => typeof read === 'object' && read !== null;
const errorOf = (read: Dollars): string | undefined => (isError(read) ? read.error : undefined);
