import type { ActivityView, DocumentStatus, DoerView, Happened } from '@igny8/protocol';
import { madeBy } from '~/shared/format/made';

const DID: Record<Exclude<Happened, 'moved'>, string> = {
  created: 'made the draft',
  renamed: 'changed the title',
  edited: 'edited the text',
  replaced: 'put another text in',
  restored: 'restored a version',
  version_kept: 'kept a version',
  version_approved: 'kept the approved version',
  version_named: 'named a version',
  version_forgotten: 'forgot a version',
  thread_begun: 'commented',
  thread_answered: 'answered a comment',
  thread_resolved: 'resolved a comment',
  thread_reopened: 'opened a comment again',
  thread_deleted: 'deleted a thread',
  comment_deleted: 'deleted a comment',
  suggested: 'suggested other words',
  suggestion_accepted: 'accepted a suggestion',
  suggestion_rejected: 'rejected a suggestion',
  run_begun: 'began to write',
  run_stopped: 'was stopped',
  run_ended: 'wrote to the end',
  run_undone: 'took back what the AI wrote',
};

const MOVED: Record<DocumentStatus, string> = {
  draft: 'made it a draft again',
  in_review: 'asked for a review',
  approved: 'approved it',
  publishing: 'sent it to the site',
  published: 'published it',
  conflict: 'found another text at the site',
};

/** What somebody did, as a sentence goes on after their name. */
export function did({ what, status, again }: Pick<ActivityView, 'what' | 'status' | 'again'>): string {
  if (what !== 'moved') return DID[what];
  return again ? 'updated it at the site' : MOVED[status ?? 'draft'];
}

export function doerName(by: DoerView): string {
  if (by.kind === 'server') return 'The server';
  return by.kind === 'run' ? by.name : (by.name ?? 'A former member');
}

/** By which model and prompt, for what an AI did. */
export const doerMade = (by: DoerView): string | null => (by.kind === 'run' ? madeBy(by) : null);
