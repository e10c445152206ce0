import type { ImportField, ImportPreview } from '@igny8/protocol';
import { Notice } from '~/shared/ui/Notice';
import { IMPORT_FIELDS, withField, type ColumnChoice } from './mapping';

interface MappingTableProps {
  preview: ImportPreview;
  choice: ColumnChoice;
  onChange: (choice: ColumnChoice) => void;
}

// Enough to see what a column holds.
const ROWS_SHOWN = 6;

/** The first rows, with a field to choose over each column. */
export function MappingTable({ preview, choice, onChange }: MappingTableProps) {
  const missing = !Object.values(choice).includes('keyword');
  return (
    <>
      {preview.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {missing && <Notice tone="warn">Choose the column that holds the keyword.</Notice>}
      <div className="overflow-x-auto rounded-lg border border-line" tabIndex={0} role="region" aria-label="Preview of the file">
        <table className="w-full border-collapse text-left text-xs">
          <thead>
            <tr className="border-b border-line bg-sunken">
              {preview.columns.map((column) => (
                <th key={column.index} className="min-w-36 border-l border-line p-2 align-bottom font-normal first:border-l-0">
                  <span className="mb-1.5 block truncate text-ink-3">{column.name}</span>
                  <select
                    aria-label={`Field of the column ${column.name}`}
                    value={choice[column.index] ?? ''}
                    onChange={(event) => onChange(withField(choice, column.index, (event.target.value || null) as ImportField | null))}
                    className="h-7 w-full rounded-md border border-line-strong bg-surface px-1.5 text-xs font-medium shadow-low"
                  >
                    <option value="">Not read</option>
                    {IMPORT_FIELDS.map(({ field, label }) => (
                      <option key={field} value={field}>
                        {label}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {preview.rows.slice(0, ROWS_SHOWN).map((row, index) => (
              <tr key={index} className="border-b border-line last:border-b-0">
                {preview.columns.map((column) => (
                  <td key={column.index} className={`tnum max-w-56 truncate border-l border-line px-2 py-1.5 first:border-l-0 ${choice[column.index] ? 'text-ink' : 'text-ink-3'}`}>
                    {row[column.index] ?? ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
