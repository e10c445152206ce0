import type { ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  header: string;
  /** A CSS grid track, such as `minmax(240px, 1fr)` or `96px`. */
  width: string;
  /** Numbers stand at the right. */
  align?: 'right';
  cell: (row: Row) => ReactNode;
}

export interface Selection {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
}

/** The grid's tracks, with one before them for the checkboxes. */
export function gridTracks<Row>(columns: Column<Row>[], selectable: boolean): string {
  return [selectable ? '28px' : '', ...columns.map((column) => column.width)].join(' ').trim();
}

/** The selection with one row more or less; with Shift, with all between the anchor and the row. */
export function toggled(selected: ReadonlySet<string>, keys: string[], index: number, anchor: number | null): ReadonlySet<string> {
  const next = new Set(selected);
  const key = keys[index];
  if (key === undefined) return next;
  if (anchor === null) {
    if (!next.delete(key)) next.add(key);
    return next;
  }
  const [from, to] = anchor < index ? [anchor, index] : [index, anchor];
  for (const between of keys.slice(from, to + 1)) next.add(between);
  return next;
}
