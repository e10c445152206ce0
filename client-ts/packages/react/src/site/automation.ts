import { type ExecutionView, executionKey, type ListQuery, type ScheduleView } from '@igny8/sdk';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';

import { useClient } from '../client.js';
import { type LiveList, useLiveList } from './list.js';
import { useSite } from './site.js';

/** An execution as a row of a list. */
export interface ExecutionRow extends ExecutionView {
  id: string;
}

const ALL: ListQuery = {};
const row = (execution: ExecutionView): ExecutionRow => ({ ...execution, id: executionKey(execution) });

/** The site's six automations, live; absent while they are read. */
export function useSchedules(site: string): { schedules: readonly ScheduleView[] | undefined; query: UseQueryResult<ScheduleView[]> } {
  const { rest } = useClient();
  const { schedules: changed, revisions } = useSite(site);
  // A snapshot forgets what changed before it: the list is read anew with it.
  const query = useQuery({ queryKey: ['igny8', site, 'schedules', revisions.snapshots], queryFn: () => rest.automation.schedules(site), placeholderData: (before) => before });
  const schedules = useMemo(() => query.data?.map((schedule) => changed.get(schedule.kind) ?? schedule), [query.data, changed]);
  return { schedules, query };
}

/** The run history, page by page, live. */
export function useExecutions(site: string, query: ListQuery = ALL): LiveList<ExecutionRow> {
  const { rest } = useClient();
  const { executions } = useSite(site);
  const changed = useMemo(() => new Map([...executions].map(([key, execution]) => [key, row(execution)])), [executions]);
  const fetchPage = async (page: ListQuery) => {
    const read = await rest.automation.executions(site, page);
    return { ...read, items: read.items.map(row) };
  };
  return useLiveList({ site, list: 'executions', query, fetchPage, changed });
}
