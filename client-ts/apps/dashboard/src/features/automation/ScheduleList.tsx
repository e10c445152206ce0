import { FlaskConical, Pencil, Play } from 'lucide-react';
import type { ScheduleView } from '@igny8/protocol';
import { formatAgo, formatExact } from '~/shared/format/time';
import { IconButton } from '~/shared/ui/Button';
import { classNames } from '~/shared/ui/classNames';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import type { AutomationActions } from './useAutomationActions';
import { AUTOMATION } from './word';

interface ScheduleListProps {
  schedules: readonly ScheduleView[] | undefined;
  actions: AutomationActions;
  /** Runs now, or tries. */
  canRun: boolean;
  /** Turns on and off, and changes. */
  canSet: boolean;
  onEdit: (schedule: ScheduleView) => void;
}

/** The six automations: what each does, when it runs next, and what can be done with it now. */
export function ScheduleList({ schedules, ...rest }: ScheduleListProps) {
  if (!schedules) {
    return (
      <div className="px-6 py-4">
        <SkeletonLines lines={6} />
      </div>
    );
  }
  return (
    <ul aria-label="Automations" className="divide-y divide-line border-b border-line">
      {schedules.map((schedule) => (
        <Row key={schedule.kind} schedule={schedule} {...rest} />
      ))}
    </ul>
  );
}

function Row({ schedule, actions, canRun, canSet, onEdit }: Omit<ScheduleListProps, 'schedules'> & { schedule: ScheduleView }) {
  const { label, does } = AUTOMATION[schedule.kind];
  return (
    <li className="grid min-h-11 grid-cols-[40px_minmax(0,1fr)_96px] items-center gap-x-4 px-4 py-2 text-sm sm:px-6 xl:grid-cols-[40px_minmax(220px,1.2fr)_minmax(220px,1fr)_minmax(120px,160px)_96px] xl:py-1.5">
      <Switch label={label} on={schedule.enabled} disabled={!canSet} onChange={(on) => actions.turn(schedule, on)} />
      <div className="min-w-0">
        <span className="pr-2 font-medium">{label}</span>
        <span className="text-ink-3">{does}</span>
      </div>
      <div className="col-start-2 min-w-0 text-ink-2 xl:col-start-auto xl:truncate" title={`${schedule.timing.cron} in ${schedule.timing.zone}`}>
        {schedule.words} <span className="text-ink-3">{schedule.timing.zone}</span>
        {schedule.rules.dry_run && <span className="text-warn"> · dry run</span>}
      </div>
      <div className="tnum col-start-2 text-ink-3 xl:col-start-auto">
        {schedule.next_at === null ? 'Off' : <time title={formatExact(schedule.next_at)}>next {formatAgo(schedule.next_at)}</time>}
      </div>
      <div className="col-start-3 row-start-1 flex justify-end xl:col-start-auto xl:row-start-auto">
        {canRun && (
          <>
            <IconButton label={`Dry run of ${label}`} onClick={() => actions.run(schedule.kind, true)}>
              <FlaskConical size={14} />
            </IconButton>
            <IconButton label={`Run ${label} now`} onClick={() => actions.run(schedule.kind, false)}>
              <Play size={14} />
            </IconButton>
          </>
        )}
        {canSet && (
          <IconButton label={`Set ${label}`} onClick={() => onEdit(schedule)}>
            <Pencil size={14} />
          </IconButton>
        )}
      </div>
    </li>
  );
}

function Switch({ label, on, disabled, onChange }: { label: string; on: boolean; disabled: boolean; onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      title={on ? 'On: turn off' : 'Off: turn on'}
      disabled={disabled}
      onClick={() => onChange(!on)}
      className={classNames('relative h-5 w-9 rounded-full border transition-colors duration-100 disabled:opacity-60', on ? 'border-accent bg-accent' : 'border-line-strong bg-hover')}
    >
      <span className={classNames('absolute top-0.5 size-3.5 rounded-full bg-surface shadow-low transition-[left] duration-100', on ? 'left-[18px]' : 'left-0.5')} />
    </button>
  );
}
