import type { Placement } from '@igny8/protocol';
import { NORMAL, PriorityField } from '~/shared/task/priority';
import { NumberField } from '~/shared/ui/Field';

/** How tasks are placed in the queue. */
export interface Plan {
  priority: number;
  /** For batches: the share of failed tasks that pauses them. */
  stopPercent: number | null;
}

export const PLAN: Plan = { priority: NORMAL, stopPercent: null };

export function placementOf({ priority }: Plan): Placement {
  return { priority, not_before: null, unique_key: null, unique_seconds: null };
}

/** When it is its turn, and what stops a batch that goes wrong. */
export function PlanFields({ plan, many, onChange }: { plan: Plan; many: boolean; onChange: (plan: Plan) => void }) {
  return (
    <div className="flex flex-wrap gap-4">
      <PriorityField value={plan.priority} hint="The higher, the sooner" onChange={(priority) => onChange({ ...plan, priority })} />
      {many && <NumberField label="Pause when so many percent fail" value={plan.stopPercent} min={1} max={100} optional hint="Empty: it goes on to its end" onChange={(stopPercent) => onChange({ ...plan, stopPercent })} />}
    </div>
  );
}
