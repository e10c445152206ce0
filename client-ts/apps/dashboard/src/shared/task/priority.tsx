import { SelectField } from '~/shared/ui/Field';

/** The server's four words; any number from 0 to 100 is one. */
export const PRIORITIES: [value: number, label: string][] = [
  [100, 'Urgent'],
  [75, 'High'],
  [50, 'Normal'],
  [25, 'Low'],
];
export const NORMAL = 50;

export function priorityLabel(priority: number): string {
  return PRIORITIES.find(([value]) => value === priority)?.[1] ?? String(priority);
}

/** What goes first. A priority that is none of the four words stays among the choices. */
export function PriorityField({ label = 'Priority', hint, value, disabled, onChange }: { label?: string; hint?: string; value: number; disabled?: boolean; onChange: (priority: number) => void }) {
  const known = PRIORITIES.some(([priority]) => priority === value);
  return (
    <SelectField label={label} hint={hint} className="w-40" value={value} disabled={disabled} onChange={(event) => onChange(Number(event.target.value))}>
      {!known && <option value={value}>{value}</option>}
      {PRIORITIES.map(([priority, name]) => (
        <option key={priority} value={priority}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
