import type { ImportField, ImportMapping, ImportPreview } from '@igny8/protocol';

/** The field of each column, by the column's index; absent columns are not read. */
export type ColumnChoice = Readonly<Record<number, ImportField>>;

export const IMPORT_FIELDS: readonly { field: ImportField; label: string }[] = [
  { field: 'keyword', label: 'Keyword' },
  { field: 'volume', label: 'Volume' },
  { field: 'cpc', label: 'CPC' },
  { field: 'cps', label: 'CPS' },
  { field: 'difficulty', label: 'Difficulty' },
  { field: 'intent', label: 'Intent' },
  { field: 'persona', label: 'Persona' },
  { field: 'country', label: 'Country' },
];

/** What the server proposes. */
export function initialChoice(preview: ImportPreview): ColumnChoice {
  return Object.fromEntries(preview.mapping.map(({ column, field }) => [column, field]));
}

/** A field is read from one column alone: the latest choice wins. */
export function withField(choice: ColumnChoice, column: number, field: ImportField | null): ColumnChoice {
  const others = Object.entries(choice).filter(([other, taken]) => Number(other) !== column && taken !== field);
  return Object.fromEntries(field ? [...others, [column, field]] : others);
}

export function chosenMapping(choice: ColumnChoice): ImportMapping[] {
  return Object.entries(choice).map(([column, field]) => ({ column: Number(column), field }));
}
