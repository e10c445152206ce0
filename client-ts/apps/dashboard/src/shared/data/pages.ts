import type { LiveList } from '@igny8/react';

/** What a table needs of a list. */
export interface Pages<Row> {
  /** Absent while the first page is read. */
  rows: Row[] | undefined;
  error: unknown;
  onRetry: () => void;
  hasMore: boolean;
  onMore: () => void;
}

export function pagesOf<Row extends { id: string }>({ items, query }: LiveList<Row>): Pages<Row> {
  return {
    rows: query.data ? [...items] : undefined,
    error: query.error,
    onRetry: () => void query.refetch(),
    hasMore: query.hasNextPage,
    onMore: () => {
      if (!query.isFetchingNextPage) void query.fetchNextPage();
    },
  };
}
