import { useEffect, useId, useState } from 'react';
import { useRest } from '@igny8/react';
import type { Timing } from '@igny8/protocol';
import { describeProblem } from '~/shared/format/problem';
import { SelectField, TextField } from '~/shared/ui/Field';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { COMMON_TIMES } from './word';

// Long enough that a typed expression is one request, short enough to feel immediate.
const PREVIEW_DELAY_MS = 250;

/** An expression and its zone, with what the server makes of them. */
export function TimingFields({ timing, onChange }: { timing: Timing; onChange: (timing: Timing) => void }) {
  const zones = useRest(['zones'], (rest) => rest.automation.zones());
  const list = useId();
  const common = COMMON_TIMES.some(([cron]) => cron === timing.cron);
  return (
    <fieldset className="grid gap-4 sm:grid-cols-3">
      <SelectField label="How often" value={common ? timing.cron : ''} onChange={(event) => event.target.value && onChange({ ...timing, cron: event.target.value })}>
        <option value="">As written</option>
        {COMMON_TIMES.map(([cron, label]) => (
          <option key={cron} value={cron}>
            {label}
          </option>
        ))}
      </SelectField>
      <TextField label="Cron expression" value={timing.cron} spellCheck={false} autoComplete="off" hint="Minute, hour, day, month, weekday" onChange={(event) => onChange({ ...timing, cron: event.target.value })} />
      <TextField label="Time zone" list={list} value={timing.zone} spellCheck={false} autoComplete="off" onChange={(event) => onChange({ ...timing, zone: event.target.value })} />
      <datalist id={list}>
        {zones.data?.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <Preview timing={timing} />
    </fieldset>
  );
}

function Preview({ timing }: { timing: Timing }) {
  const settled = useSettled(timing);
  const preview = useRest(['timing', settled.cron, settled.zone], (rest) => rest.automation.previewTiming(settled));
  return (
    <div data-testid="timing-preview" aria-live="polite" className="rounded-md border border-line bg-sunken px-3 py-2.5 sm:col-span-3">
      {preview.error ? (
        <p className="text-bad" role="alert">
          {describeProblem(preview.error).detail}
        </p>
      ) : preview.data ? (
        <>
          <p className="font-medium text-ink">{preview.data.words}</p>
          <ol className="tnum mt-1 grid gap-x-6 text-xs leading-5 text-ink-2 sm:grid-cols-2">
            {preview.data.upcoming.map((moment) => (
              <li key={moment.at}>{moment.wall_clock}</li>
            ))}
          </ol>
        </>
      ) : (
        <SkeletonLines lines={3} />
      )}
    </div>
  );
}

/** The timing once nobody has typed for a moment. */
function useSettled(timing: Timing): Timing {
  const [settled, setSettled] = useState(timing);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(timing), PREVIEW_DELAY_MS);
    return () => clearTimeout(timer);
  }, [timing]);
  return settled;
}
