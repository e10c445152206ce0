import type { VariableView } from '@igny8/protocol';
import { Badge } from '~/shared/ui/Badge';

/** The variables of a template with their types; a click puts one where the cursor is. */
export function VariableList({ variables, template, disabled, onInsert }: { variables: VariableView[]; template: string; disabled: boolean; onInsert: (name: string) => void }) {
  return (
    <section aria-label="Variables" tabIndex={0} className="overflow-x-auto rounded-md border border-line">
      <table className="w-full text-left text-xs">
        <thead className="border-b border-line bg-sunken text-ink-3">
          <tr>
            <th className="px-3 py-1.5 font-medium">Variable</th>
            <th className="px-3 py-1.5 font-medium">Type</th>
            <th className="px-3 py-1.5 font-medium">What it holds</th>
            <th className="px-3 py-1.5 font-medium">
              <span className="sr-only">Use</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {variables.map((variable) => (
            <tr key={variable.name} className="border-b border-line last:border-0">
              <td className="px-3 py-1">
                <button type="button" disabled={disabled} title="Insert at the cursor" onClick={() => onInsert(variable.name)} className="rounded-sm bg-accent-soft px-1.5 py-0.5 font-mono text-2xs text-accent-text hover:underline disabled:opacity-60">
                  {`{{${variable.name}}}`}
                </button>
              </td>
              <td className="px-3 py-1 text-ink-2">{variable.value_type}</td>
              <td className="px-3 py-1 text-ink-2">
                {variable.about}
                {variable.imported && <span className="text-ink-3"> · fenced as data, on a line of its own</span>}
              </td>
              <td className="px-3 py-1 text-right">
                {variable.required ? <Badge>required</Badge> : template.includes(`{{${variable.name}}}`) ? <span className="text-ink-3">in use</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
