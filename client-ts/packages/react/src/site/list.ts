import type { ListQuery, Page, Revisions } from '@igny8/sdk';
import { type InfiniteData, type QueryKey, useInfiniteQuery, type UseInfiniteQueryResult, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';

import { useSite } from './site.js';

/** A list that changes quickly (a clustering run) is read again at most so often; in between, changed items are laid over it. */
export const LIST_REFRESH_INTERVAL_MS = 1000;

export interface LiveList<T> {
  /** All pages read so far, with the latest state of each item. */
  items: readonly T[];
  /** How many the whole list has. */
  total: number;
  query: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
}

interface LiveListOptions<T extends { id: string }> {
  site: string;
  list: keyof Revisions;
  query: ListQuery;
  fetchPage(query: ListQuery): Promise<Page<T>>;
  /** Items that changed since; null for removed ones. */
  changed?: ReadonlyMap<string, T | null> | undefined;
}

/** A list from REST, page by page, kept true by the site's stream. */
export function useLiveList<T extends { id: string }>(options: LiveListOptions<T>): LiveList<T> {
  const { site, list, query: filter, fetchPage, changed } = options;
  const key = ['igny8', site, list, filter] as const;
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => fetchPage({ ...filter, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: Page<T>) => page.next_cursor,
    // While no list is on a screen nobody marks it as old.
    refetchOnMount: 'always',
  });
  useRefresh(site, list);
  const { data } = query;
  const items = useMemo(() => laidOver(data?.pages.flatMap((page) => page.items) ?? [], changed), [data, changed]);
  return { items, total: data?.pages[0]?.total ?? 0, query };
}

function laidOver<T extends { id: string }>(items: readonly T[], changed?: ReadonlyMap<string, T | null>): readonly T[] {
  if (changed === undefined || changed.size === 0) return items;
  return items.flatMap((item) => {
    const now = changed.get(item.id);
    return now === undefined ? [item] : now === null ? [] : [now];
  });
}

/** Marks the site's list as old whenever its revision has grown, at most once per interval. */
function useRefresh(site: string, list: keyof Revisions): void {
  const revision = useSite(site).revisions[list];
  const queries = useQueryClient();
  const seen = useRef(revision);
  const last = useRef(-Infinity);
  useEffect(() => {
    if (revision === seen.current) return undefined;
    const wait = Math.max(0, last.current + LIST_REFRESH_INTERVAL_MS - performance.now());
    const timer = setTimeout(() => {
      seen.current = revision;
      last.current = performance.now();
      const queryKey: QueryKey = ['igny8', site, list];
      void queries.invalidateQueries({ queryKey });
    }, wait);
    return () => clearTimeout(timer);
  }, [revision, queries, site, list]);
}
