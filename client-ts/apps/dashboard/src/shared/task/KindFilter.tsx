import type { TaskKind } from '@igny8/protocol';
import { TASK_KIND } from '~/shared/format/word';
import { SelectField } from '~/shared/ui/Field';

export function KindFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <SelectField label="Kind of task" hideLabel className="w-36 sm:ml-auto" value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">All kinds</option>
      {(Object.keys(TASK_KIND) as TaskKind[]).map((kind) => (
        <option key={kind} value={kind}>
          {TASK_KIND[kind]}
        </option>
      ))}
    </SelectField>
  );
}
