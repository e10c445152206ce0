import { useCallback, useMemo } from 'react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { Page } from '@igny8/protocol';

export interface Pages<Row> {
  /** Absent while the first page is read. */
  rows: Row[] | undefined;
  total: number | undefined;
  error: unknown;
  retry: () => void;
  hasMore: boolean;
  more: () => void;
}

/** A list that is read page by page as one scrolls. */
export function usePages<Row>(key: readonly unknown[], fetchPage: (cursor: string | null) => Promise<Page<Row>>): Pages<Row> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage, refetch } = query;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data]);
  const more = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);
  return { rows, total: data?.pages.at(-1)?.total, error: query.error, retry: () => void refetch(), hasMore: hasNextPage, more };
}

/** Rows with what the stream has said since they were read; `null` marks removed ones. */
export function withLive<Row extends { id: string }>(rows: Row[] | undefined, changed: ReadonlyMap<string, Row | null>): Row[] | undefined {
  if (!rows || changed.size === 0) return rows;
  return rows.flatMap((row) => {
    const now = changed.get(row.id);
    return now === null ? [] : [now ?? row];
  });
}
