import { useEffect, useRef, type ReactNode } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { classNames } from '~/shared/ui/classNames';
import { Skeleton } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { gridTracks, narrowColumns, type Column, type Selection } from './column';
import { useNarrow } from './useNarrow';
import { useRowKeys } from './useRowKeys';

const ROW_HEIGHT = 40;
// Rows drawn beyond the visible ones, so that quick scrolling shows no holes.
const OVERSCAN = 12;
const SKELETON_ROWS = 8;

export interface DataTableProps<Row> {
  /** What the table holds, for those who cannot see it. */
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  error?: unknown;
  onRetry?: () => void;
  /** Shown when there is nothing. */
  empty: ReactNode;
  selection?: Selection | undefined;
  onOpen?: ((row: Row) => void) | undefined;
  hasMore?: boolean;
  onMore?: () => void;
}

/** A table for many rows: only the visible ones are drawn, more are read at the end, all of it by keyboard. */
export function DataTable<Row>(asked: DataTableProps<Row>) {
  const narrow = useNarrow();
  const props = { ...asked, columns: narrow ? narrowColumns(asked.columns) : asked.columns };
  const { columns, rows, error } = props;
  const tracks = gridTracks(columns, Boolean(props.selection));
  if (error && !rows) return <ProblemState error={error} {...(props.onRetry ? { onRetry: props.onRetry } : {})} />;
  if (rows && rows.length === 0) return <div className="min-h-0 flex-1 overflow-y-auto">{props.empty}</div>;
  return rows ? <Rows {...props} rows={rows} tracks={tracks} /> : <LoadingRows columns={columns} tracks={tracks} label={props.label} />;
}

function Rows<Row>(props: DataTableProps<Row> & { rows: Row[]; tracks: string }) {
  const { rows, rowKey, selection, onOpen, hasMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_HEIGHT, overscan: OVERSCAN });
  const keys = rows.map(rowKey);
  const row = useRowKeys({ keys, selection, scroller, scrollTo: (index) => virtual.scrollToIndex(index), onOpen: onOpen && ((index) => rows[index] !== undefined && onOpen(rows[index])) });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= rows.length - OVERSCAN) onMore?.();
  }, [hasMore, last, rows.length, onMore]);
  return (
    <div ref={scroller} role="grid" aria-label={props.label} aria-rowcount={rows.length + 1} aria-multiselectable={selection ? true : undefined} className="min-h-0 flex-1 overflow-auto">
      <HeaderRow columns={props.columns} tracks={props.tracks} selection={selection} keys={keys} />
      <div role="rowgroup" className="relative min-w-fit" style={{ height: virtual.getTotalSize() }} onKeyDown={row.onKeyDown}>
        {items.map((item) => {
          const data = rows[item.index] as Row;
          const key = keys[item.index] as string;
          const chosen = selection?.selected.has(key) ?? false;
          return (
            <div
              key={key}
              role="row"
              data-index={item.index}
              aria-rowindex={item.index + 2}
              aria-selected={selection ? chosen : undefined}
              tabIndex={item.index === row.active ? 0 : -1}
              onFocus={() => row.setActive(item.index)}
              onClick={(event) => row.onClick(event, item.index)}
              className={classNames(
                'absolute inset-x-0 grid items-center gap-4 border-b border-line px-4 sm:px-6 text-sm focus-visible:-outline-offset-2',
                chosen ? 'bg-accent-soft' : 'hover:bg-hover',
                onOpen && 'cursor-pointer',
              )}
              style={{ height: ROW_HEIGHT, top: item.start, gridTemplateColumns: props.tracks }}
            >
              {selection && <CheckCell checked={chosen} onToggle={(shift) => row.toggle(item.index, shift)} />}
              {props.columns.map((column) => (
                <div key={column.id} role="gridcell" className={classNames('min-w-0 truncate', column.align === 'right' && 'tnum text-right')}>
                  {column.cell(data)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function CheckCell({ checked, onToggle }: { checked: boolean; onToggle: (shift: boolean) => void }) {
  return (
    <div role="gridcell" className="flex" onClick={(event) => event.stopPropagation()}>
      <input type="checkbox" aria-label="Select this row" tabIndex={-1} checked={checked} onChange={() => undefined} onClick={(event) => onToggle(event.shiftKey)} className="size-3.5 accent-accent" />
    </div>
  );
}

function HeaderRow<Row>({ columns, tracks, selection, keys }: { columns: Column<Row>[]; tracks: string; selection?: Selection | undefined; keys: string[] }) {
  const all = selection !== undefined && keys.length > 0 && keys.every((key) => selection.selected.has(key));
  const some = selection !== undefined && !all && selection.selected.size > 0;
  return (
    <div role="row" className="sticky top-0 z-10 grid h-8 min-w-fit items-center gap-4 border-b border-line bg-sunken px-4 sm:px-6 text-xs font-medium text-ink-3" style={{ gridTemplateColumns: tracks }}>
      {selection && (
        <div role="columnheader" className="flex">
          <input
            type="checkbox"
            aria-label="Select all rows that are loaded"
            checked={all}
            ref={(box) => {
              if (box) box.indeterminate = some;
            }}
            onChange={() => selection.onChange(all ? new Set() : new Set(keys))}
            className="size-3.5 accent-accent"
          />
        </div>
      )}
      {columns.map((column) => (
        <div key={column.id} role="columnheader" className={classNames('truncate', column.align === 'right' && 'text-right')}>
          {column.header}
        </div>
      ))}
    </div>
  );
}

const CELL_WIDTHS = ['w-3/5', 'w-2/3', 'w-1/2', 'w-3/4', 'w-2/5'];

function LoadingRows<Row>({ columns, tracks, label }: { columns: Column<Row>[]; tracks: string; label: string }) {
  return (
    <div role="status" aria-label={`Loading ${label}`} className="min-h-0 flex-1 overflow-hidden">
      {Array.from({ length: SKELETON_ROWS }, (_, row) => (
        <div key={row} className="grid h-10 items-center gap-4 border-b border-line px-4 sm:px-6" style={{ gridTemplateColumns: tracks }}>
          {tracks.startsWith('28px') && <Skeleton className="size-3.5" />}
          {columns.map((column, index) => (
            <Skeleton key={column.id} className={classNames('h-3', CELL_WIDTHS[(row + index) % CELL_WIDTHS.length], column.align === 'right' && 'justify-self-end')} />
          ))}
        </div>
      ))}
    </div>
  );
}
