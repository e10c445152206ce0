import { useState } from 'react';
import type { AutomationRules, CatchUp, Overlap, ScheduleView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { FormModal } from '~/shared/overlay/FormModal';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { CheckField, NumberField, SelectField } from '~/shared/ui/Field';
import { TimingFields } from './TimingFields';
import { AUTOMATION, isPaid } from './word';

const CATCH_UP: Record<CatchUp, string> = { none: 'Nothing: what is late is missed', last: 'The last execution', all: 'Every execution, one after another' };
const OVERLAP: Record<Overlap, string> = { skip: 'Skip the new one', queue: 'Let the new one wait' };

/** When an automation runs, and within which bounds. */
export function AutomationConfigForm({ schedule, onClose }: { schedule: ScheduleView; onClose: () => void }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [enabled, setEnabled] = useState(schedule.enabled);
  const [timing, setTiming] = useState(schedule.timing);
  const [rules, setRules] = useState(schedule.rules);
  const { label, does } = AUTOMATION[schedule.kind];
  const save = async () => {
    await api.automation.changeSchedule(site, schedule.kind, { enabled, timing, rules });
    toasts.success(`${label} saved`);
  };
  return (
    <FormModal title={`${label}: when and how much`} description={`${does}.`} submit="Save" onSubmit={save} onClose={onClose} width="lg">
      <TimingFields timing={timing} onChange={setTiming} />
      <Bounds schedule={schedule} rules={rules} onChange={setRules} />
      <Lateness rules={rules} onChange={setRules} />
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        <CheckField label="On: it runs by itself" checked={enabled} onChange={setEnabled} />
        <CheckField label="Dry run: only write down what would be done" checked={rules.dry_run} onChange={(dry_run) => setRules({ ...rules, dry_run })} />
        {schedule.kind === 'publish' && <CheckField label="Live at once; else a draft at the site" checked={rules.live} onChange={(live) => setRules({ ...rules, live })} />}
      </div>
    </FormModal>
  );
}

interface RulesProps {
  rules: AutomationRules;
  onChange: (rules: AutomationRules) => void;
}

function Bounds({ schedule, rules, onChange }: RulesProps & { schedule: ScheduleView }) {
  const { items, each } = AUTOMATION[schedule.kind];
  return (
    <fieldset className="grid gap-4 sm:grid-cols-3">
      {items && <NumberField label={`${items} an execution`} value={rules.items_max} min={1} max={100} onChange={(items_max) => onChange({ ...rules, items_max })} />}
      {each && <NumberField label={each.label} value={rules.each} min={each.min} max={each.max} onChange={(value) => onChange({ ...rules, each: value })} />}
      {isPaid(schedule.kind) && <NumberField label="Credits an execution, at most" value={rules.credits_max} min={1} max={2000} hint="Empty: no bound of its own" onChange={(credits_max) => onChange({ ...rules, credits_max })} optional />}
      {schedule.kind === 'publish' && <NumberField label="Publications a day" value={rules.per_day_max} min={1} max={100} hint="By people counted too" onChange={(per_day_max) => onChange({ ...rules, per_day_max })} />}
      {schedule.kind === 'clean_up' && <NumberField label="Days to keep ended tasks" value={rules.keep_days} min={1} max={365} onChange={(keep_days) => onChange({ ...rules, keep_days })} />}
    </fieldset>
  );
}

function Lateness({ rules, onChange }: RulesProps) {
  return (
    <fieldset className="grid gap-4 sm:grid-cols-2">
      <SelectField label="After a time in which nothing could run, catch up with" value={rules.catch_up} onChange={(event) => onChange({ ...rules, catch_up: event.target.value as CatchUp })}>
        {(Object.keys(CATCH_UP) as CatchUp[]).map((value) => (
          <option key={value} value={value}>
            {CATCH_UP[value]}
          </option>
        ))}
      </SelectField>
      <NumberField label="Catch up at most so many minutes back" value={rules.catch_up_minutes} min={1} max={10_080} onChange={(catch_up_minutes) => onChange({ ...rules, catch_up_minutes })} />
      <SelectField label="While the one before still runs" value={rules.overlap} onChange={(event) => onChange({ ...rules, overlap: event.target.value as Overlap })}>
        {(Object.keys(OVERLAP) as Overlap[]).map((value) => (
          <option key={value} value={value}>
            {OVERLAP[value]}
          </option>
        ))}
      </SelectField>
      <NumberField label="Spread starts over so many seconds" value={rules.jitter_seconds} min={0} max={3600} hint="So that not all sites start at once" onChange={(jitter_seconds) => onChange({ ...rules, jitter_seconds })} />
    </fieldset>
  );
}
