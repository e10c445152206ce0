import type { ReactNode } from 'react';

export interface Column<Row> {
  id: string;
  header: string;
  /** A CSS grid track, such as `minmax(240px, 1fr)` or `96px`. */
  width: string;
  /** The track on a phone. Where some columns have one, the others are left out there: the row opens with all. */
  narrow?: string;
  /** Numbers stand at the right. */
  align?: 'right';
  cell: (row: Row) => ReactNode;
}

export interface Selection {
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
}

/** The columns that a phone shows: those with a track for it, or all where none has one. */
export function narrowColumns<Row>(columns: Column<Row>[]): Column<Row>[] {
  const kept = columns.flatMap(({ narrow, ...column }) => (narrow === undefined ? [] : [{ ...column, width: narrow }]));
  return kept.length > 0 ? kept : columns;
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
