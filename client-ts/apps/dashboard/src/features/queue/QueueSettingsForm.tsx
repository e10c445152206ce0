import { useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { KindSettings, QueueSettings, QueueView, Rate } from '@igny8/protocol';
import { useApi, useSiteId, useTenantId } from '~/shared/data/workspace';
import { TASK_KIND } from '~/shared/format/word';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { NumberField } from '~/shared/ui/Field';
import { limitErrors, PER_MINUTE_MAX, rateOf } from './limit';
import { ModelLimitFields } from './ModelLimitFields';

/** How much runs at once and how fast it starts, how often it is tried, how long it is kept. */
export function QueueSettingsForm({ queue, onClose }: { queue: QueueView; onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [settings, setSettings] = useState(queue.settings);
  const set = (change: Partial<QueueSettings>) => setSettings((before) => ({ ...before, ...change }));
  const models = settings.models ?? [];
  const wrong = limitErrors(models).some((errors) => Object.keys(errors).length > 0);
  const save = async () => {
    queries.setQueryData(['igny8', tenant, 'queue', site], await api.system.setQueue(site, settings));
    toasts.success('Queue settings saved');
  };
  return (
    <FormModal title="Queue settings" description="Of this site. What runs already goes on to its end." submit="Save" canSubmit={!wrong} onSubmit={save} onClose={onClose} width="lg">
      <Group title="All kinds together">
        <NumberField label="Tasks at once" value={settings.places} min={1} max={100} onChange={(places) => set({ places })} />
        <RateField label="Starts a minute" rate={settings.rate} onChange={(rate) => set({ rate })} />
        <NumberField label="Hours a ready task waits at most" value={settings.waiting_hours} min={1} max={720} hint="Then it is a dead letter" onChange={(waiting_hours) => set({ waiting_hours })} />
      </Group>
      <KindFields settings={settings} onChange={(kinds) => set({ kinds })} />
      <ModelLimitFields limits={models} onChange={(next) => set({ models: next })} />
      <Group title="Workers without a sign of life">
        <NumberField label="Seconds until the first" value={settings.start_seconds} min={10} max={3600} onChange={(start_seconds) => set({ start_seconds })} />
        <NumberField label="Seconds between two" value={settings.silence_seconds} min={10} max={3600} hint="Then the attempt is given up and tried again" onChange={(silence_seconds) => set({ silence_seconds })} />
      </Group>
      <Group title="Ended tasks at hand; older ones are in the log">
        <NumberField label="Tasks" value={settings.kept_tasks} min={100} max={20_000} onChange={(kept_tasks) => set({ kept_tasks })} />
        <NumberField label="Days" value={settings.kept_days} min={1} max={365} onChange={(kept_days) => set({ kept_days })} />
      </Group>
    </FormModal>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset>
      <legend className="pb-2 text-sm font-medium">{title}</legend>
      <div className="grid gap-4 sm:grid-cols-3">{children}</div>
    </fieldset>
  );
}

function RateField({ label, rate, onChange }: { label: string; rate: Rate | null; onChange: (rate: Rate | null) => void }) {
  return <NumberField label={label} value={rate?.per_minute ?? null} min={1} max={PER_MINUTE_MAX} hint="Empty: as fast as places are free" optional onChange={(per_minute) => onChange(rateOf(per_minute, rate))} />;
}

function KindFields({ settings, onChange }: { settings: QueueSettings; onChange: (kinds: KindSettings[]) => void }) {
  const set = (changed: KindSettings) => onChange(settings.kinds.map((kind) => (kind.kind === changed.kind ? changed : kind)));
  const heads = ['Kind', 'At once', 'Starts a minute', 'Attempts', 'Seconds at most'];
  return (
    <fieldset className="min-w-0">
      <legend className="pb-2 text-sm font-medium">Each kind</legend>
      <div className="relative overflow-x-auto [&_label]:sr-only">
        <table className="w-full min-w-xl text-left text-sm">
          <thead className="text-xs text-ink-3">
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col" className="pr-3 pb-1 font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {settings.kinds.map((kind) => {
              const name = TASK_KIND[kind.kind];
              return (
                <tr key={kind.kind} className="[&>td]:py-1 [&>td]:pr-3">
                  <th scope="row" className="pr-3 font-medium">
                    {name}
                  </th>
                  <td>
                    <NumberField label={`${name}: at once`} value={kind.places} min={1} max={100} disabled={kind.kind === 'cluster'} onChange={(places) => set({ ...kind, places })} />
                  </td>
                  <td>
                    <NumberField label={`${name}: starts a minute`} value={kind.rate?.per_minute ?? null} min={1} max={PER_MINUTE_MAX} optional onChange={(per_minute) => set({ ...kind, rate: rateOf(per_minute, kind.rate) })} />
                  </td>
                  <td>
                    <NumberField label={`${name}: attempts`} value={kind.attempts} min={1} max={8} onChange={(attempts) => set({ ...kind, attempts })} />
                  </td>
                  <td>
                    <NumberField label={`${name}: seconds at most`} value={kind.run_seconds} min={10} max={3600} onChange={(run_seconds) => set({ ...kind, run_seconds })} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </fieldset>
  );
}
