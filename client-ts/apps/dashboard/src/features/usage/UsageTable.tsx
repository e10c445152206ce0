import { formatCount, formatDollars } from '~/shared/format/number';
import type { UsageView } from '@igny8/protocol';
import type { Dimension, UsageGroup } from './usage';

export const DIMENSION: Record<Dimension, string> = { day: 'Day', kind: 'Kind of work', model: 'Model', site: 'Site' };

const COLUMNS: [header: string, title: string, figure: (sum: UsageView) => string][] = [
  ['Calls', 'Calls that a provider was asked for, failed ones too', (sum) => formatCount(sum.calls)],
  ['Failed', 'Calls that brought no whole answer', (sum) => formatCount(sum.failed_calls)],
  ['Known', 'Answers that were known already: no provider was asked', (sum) => formatCount(sum.reused_answers)],
  ['Input', 'Tokens sent, cached ones among them', (sum) => formatCount(sum.input_tokens)],
  ['Cached', 'Tokens sent that the provider had cached', (sum) => formatCount(sum.cached_tokens)],
  ['Output', 'Tokens received, without thinking', (sum) => formatCount(sum.output_tokens)],
  ['Thinking', 'Tokens spent on thinking', (sum) => formatCount(sum.thinking_tokens)],
  ['Saved', 'What the known answers had cost the first time', (sum) => formatDollars(sum.saved_micros)],
  ['Cost', 'In US dollars, to the millionth', (sum) => formatDollars(sum.cost_micros)],
];

/** The figures of each day, kind, model or site, with their sum. */
export function UsageTable({ groups, by, total }: { groups: readonly UsageGroup[]; by: Dimension; total: UsageView }) {
  return (
    // Scrolled by keys where it is wider than the screen.
    <div className="relative overflow-x-auto" tabIndex={0} role="region" aria-label={`Usage by ${DIMENSION[by].toLowerCase()}`}>
      <table className="tnum w-full min-w-3xl text-right text-sm">
        <thead className="border-y border-line bg-sunken text-xs text-ink-3">
          <tr>
            <th scope="col" className="px-4 py-2 text-left font-medium">
              {DIMENSION[by]}
            </th>
            {COLUMNS.map(([header, title]) => (
              <th key={header} scope="col" title={title} className="px-3 py-2 font-medium last:pr-4">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Line key={group.key} label={group.label} sum={group.sum} />
          ))}
        </tbody>
        <tfoot className="border-t border-line-strong font-medium">
          <Line label="Together" sum={total} />
        </tfoot>
      </table>
    </div>
  );
}

function Line({ label, sum }: { label: string; sum: UsageView }) {
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="px-4 py-2 text-left font-medium whitespace-nowrap">
        {label}
      </th>
      {COLUMNS.map(([header, , figure]) => (
        <td key={header} className="px-3 py-2 last:pr-4 last:font-medium">
          {figure(sum)}
        </td>
      ))}
    </tr>
  );
}
