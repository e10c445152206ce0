import { useQuery } from '@tanstack/react-query';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { capital } from '~/shared/format/failure';
import { formatAgo } from '~/shared/format/time';
import type { LiveTask } from './liveTask';

// Its place in the line is in memory and in no event: it is asked for while it is looked at.
const REFRESH_MS = 2000;

/** Why a running task's call to a model has not started; empty once it has. */
export function useLaneStanding({ task, progress }: LiveTask): string {
  const api = useApi();
  const site = useSiteId();
  // With the first word there is nothing to wait for.
  const mayWait = task.status === 'running' && !progress?.words;
  const read = useQuery({ queryKey: ['igny8', site, 'standing', task.id], queryFn: () => api.writer.task(site, task.id), enabled: mayWait, refetchInterval: REFRESH_MS });
  const lane = mayWait ? read.data?.lane : undefined;
  if (!lane) return '';
  return `${capital(lane.text)}${lane.until === null ? '' : `, ${formatAgo(lane.until)}`}.`;
}
