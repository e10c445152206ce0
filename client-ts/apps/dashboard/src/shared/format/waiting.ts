import type { PauseView, TaskView, WaitingView } from '@igny8/protocol';
import { failureLabel } from './failure';
import { formatCredits, formatPlural } from './number';
import { formatAgo } from './time';
import { TASK_KIND, waitingReason } from './word';

const PAUSED: Record<PauseView['scope'], string> = { tenant: 'all work of the workspace is paused', site: 'the site’s queue is paused', kind: 'its kind is paused', batch: 'its batch is paused', task: 'it is paused' };

export function describePause(pause: PauseView): string {
  const what = pause.kind ? `${TASK_KIND[pause.kind]} tasks are paused` : PAUSED[pause.scope];
  return pause.by_error_rate ? `${what}: too many failed` : what;
}

function describe(waiting: WaitingView): string {
  switch (waiting.reason) {
    case 'paused':
      return `because ${describePause(waiting.pause)}`;
    case 'delayed':
      return `until its time, ${formatAgo(waiting.until)}`;
    case 'retry':
      return `to try again ${formatAgo(waiting.until)}, after a failure (${failureLabel(waiting.code).toLowerCase()})`;
    case 'cap':
      return waiting.until === null ? `for what calls under way leave of the ${waiting.cap}’s budget cap` : `for the end of the ${waiting.cap}’s budget cap, ${formatAgo(waiting.until)}: a higher cap lets it go on at once`;
    case 'rest': {
      const why = failureLabel(waiting.code).toLowerCase();
      return waiting.until === null ? `for ${waiting.model}: its key was refused` : `for ${waiting.model}, which rests (${why}) and is asked again ${formatAgo(waiting.until)}`;
    }
    case 'credits':
      return `for ${formatCredits(waiting.missing)}: free or buy some and it goes on by itself`;
    case 'places':
      return `for a place: ${waiting.taken} of ${waiting.places} are taken`;
    case 'rate':
      return `for its rate, free ${formatAgo(waiting.free_at)}`;
    case 'turn':
      return waiting.behind === 0 ? 'for its start' : `for its turn, behind ${formatPlural(waiting.behind, 'task')}`;
    case 'model_places':
      return `for ${waiting.model}: ${waiting.taken} of ${waiting.places} calls${waiting.by_site ? ' of this site' : ''} are under way`;
    case 'model_rate':
      return `for the rate ${waiting.by_site ? 'set here for' : 'of'} ${waiting.model}, free ${formatAgo(waiting.free_at)}`;
    case 'model_turn':
      return `for its turn at ${waiting.model}, behind ${formatPlural(waiting.behind, 'call')}${waiting.of_others > 0 ? `, ${waiting.of_others} of other workspaces` : ''}`;
    default:
      // A server may know more reasons than this page.
      return waitingReason((waiting as { reason: string }).reason);
  }
}

/** Why a task waits, and when it may start; empty if it does not wait. */
export function describeWaiting(task: TaskView): string {
  // Of a task that runs, its progress says for what its call waits.
  if (task.status !== 'queued') return '';
  const why = task.waiting ? describe(task.waiting) : task.waiting_for ? waitingReason(task.waiting_for) : '';
  const soon = task.starts_at !== undefined && task.starts_at > Date.now() + 60_000 ? ` · starts about ${formatAgo(task.starts_at)}` : '';
  return why === '' ? '' : `Waits ${why}${soon}`;
}
