import { useId } from 'react';
import { Plus, Trash2 } from 'lucide-react';
import { useRest } from '@igny8/react';
import type { ModelLimit } from '@igny8/protocol';
import { Button, IconButton } from '~/shared/ui/Button';
import { NumberField, TextField } from '~/shared/ui/Field';
import { CALLS_MAX, limitErrors, MODELS_MAX, PER_MINUTE_MAX, rateOf } from './limit';

interface ModelLimitFieldsProps {
  limits: readonly ModelLimit[];
  onChange: (limits: ModelLimit[]) => void;
}

/** What this site's tasks may ask of a model, whichever they are. */
export function ModelLimitFields({ limits, onChange }: ModelLimitFieldsProps) {
  const known = useId();
  const lanes = useRest(['lanes'], (rest) => rest.system.lanes());
  const errors = limitErrors(limits);
  const set = (index: number, change: Partial<ModelLimit>) => onChange(limits.map((limit, place) => (place === index ? { ...limit, ...change } : limit)));
  const full = limits.length >= MODELS_MAX;
  return (
    <fieldset className="min-w-0">
      <legend className="pb-2 text-sm font-medium">Each model, whichever tasks call it</legend>
      <datalist id={known}>
        {[...new Set(lanes.data?.lanes.map(({ model }) => model))].map((model) => (
          <option key={model} value={model} />
        ))}
      </datalist>
      {limits.length === 0 && <p className="pb-2 text-sm text-ink-3">No model has limits: its lane alone says what it bears.</p>}
      <div className="flex flex-col gap-3">
        {limits.map((limit, index) => {
          const name = limit.model.trim() || 'a new model';
          const wrong = errors[index];
          return (
            // Rows are added at the end and have no other identity than their place.
            <fieldset key={index} aria-label={`Limits of ${name}`} className="grid grid-cols-2 items-start gap-x-3 gap-y-2 sm:grid-cols-[1fr_8rem_8rem_auto]">
              <div className="col-span-2 sm:col-span-1">
                <TextField label="Model" list={known} value={limit.model} required maxLength={200} spellCheck={false} autoComplete="off" error={wrong?.model} hint="As its lane names it" onChange={(event) => set(index, { model: event.target.value })} />
              </div>
              <NumberField label="Calls at once" value={limit.calls} min={1} max={CALLS_MAX} optional error={wrong?.calls} onChange={(calls) => set(index, { calls })} />
              <NumberField label="Calls a minute" value={limit.rate?.per_minute ?? null} min={1} max={PER_MINUTE_MAX} optional error={wrong?.rate} onChange={(per_minute) => set(index, { rate: rateOf(per_minute, limit.rate) })} />
              <div className="col-span-2 justify-self-end sm:col-span-1 sm:pt-5">
                <IconButton label={`Remove the limits of ${name}`} onClick={() => onChange(limits.filter((_, place) => place !== index))}>
                  <Trash2 size={14} />
                </IconButton>
              </div>
            </fieldset>
          );
        })}
        <Button icon={<Plus size={14} />} className="self-start" disabled={full} title={full ? `At most ${MODELS_MAX} models` : undefined} onClick={() => onChange([...limits, { model: '', calls: null, rate: null }])}>
          Limit a model
        </Button>
      </div>
    </fieldset>
  );
}
