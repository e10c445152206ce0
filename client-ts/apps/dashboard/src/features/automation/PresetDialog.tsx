import { useState } from 'react';
import type { AutomationPreset } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { TextField } from '~/shared/ui/Field';
import { PRESET } from './word';

/** All six at once. */
export function PresetDialog({ onClose }: { onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [preset, setPreset] = useState<AutomationPreset>('standard');
  const [zone, setZone] = useState(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
  const apply = async () => {
    await api.automation.applyPreset(site, { preset, zone });
    toasts.success(`${PRESET[preset].label}: all six automations are on`);
  };
  return (
    <FormModal title="Use a preset" description="Sets the times of all six automations and turns them on. Their bounds stay as they are." submit="Turn on" onSubmit={apply} onClose={onClose}>
      <fieldset className="flex flex-col gap-2">
        <legend className="sr-only">Preset</legend>
        {(Object.keys(PRESET) as AutomationPreset[]).map((name) => (
          <label key={name} className="flex gap-2.5 rounded-md border border-line px-3 py-2.5 has-checked:border-accent has-checked:bg-accent-soft">
            <input type="radio" name="preset" checked={preset === name} onChange={() => setPreset(name)} className="mt-0.5 size-3.5 accent-accent" />
            <span>
              <span className="block font-medium">{PRESET[name].label}</span>
              <span className="block text-ink-2">{PRESET[name].hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <TextField label="Time zone" value={zone} spellCheck={false} onChange={(event) => setZone(event.target.value)} />
    </FormModal>
  );
}
