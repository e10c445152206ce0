import type { DocumentStatus, IdeaStatus, Intent, KeywordStatus, Role, TaskKind, TaskStatus } from '@igny8/protocol';
import type { Tone } from '~/shared/ui/Badge';

/** What people read for each value that travels, and the tone of its dot. */
type Words<T extends string> = Record<T, { label: string; tone: Tone }>;

export const KEYWORD_STATUS: Words<KeywordStatus> = {
  new: { label: 'New', tone: 'accent' },
  clustered: { label: 'Clustered', tone: 'good' },
  in_use: { label: 'In use', tone: 'good' },
  orphaned: { label: 'Orphaned', tone: 'warn' },
  archived: { label: 'Archived', tone: 'neutral' },
};

export const IDEA_STATUS: Words<IdeaStatus> = {
  new: { label: 'New', tone: 'accent' },
  queued: { label: 'Queued', tone: 'warn' },
  drafted: { label: 'Drafted', tone: 'good' },
  archived: { label: 'Archived', tone: 'neutral' },
};

export const TASK_STATUS: Words<TaskStatus> = {
  queued: { label: 'Queued', tone: 'neutral' },
  running: { label: 'Running', tone: 'accent' },
  waiting_for_review: { label: 'Waiting for review', tone: 'warn' },
  succeeded: { label: 'Succeeded', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  cancelled: { label: 'Cancelled', tone: 'neutral' },
  dead: { label: 'Gave up', tone: 'bad' },
};

export const DOCUMENT_STATUS: Words<DocumentStatus> = {
  draft: { label: 'Draft', tone: 'neutral' },
  in_review: { label: 'In review', tone: 'warn' },
  approved: { label: 'Approved', tone: 'accent' },
  publishing: { label: 'Publishing', tone: 'accent' },
  published: { label: 'Published', tone: 'good' },
  conflict: { label: 'Changed on the site', tone: 'bad' },
};

export const TASK_KIND: Record<TaskKind, string> = {
  cluster: 'Cluster',
  ideas: 'Ideas',
  draft: 'Draft',
  image: 'Image',
  reparse: 'Restructure',
  publish: 'Publish',
  test_run: 'Test run',
  rewrite: 'Rewrite',
};

export const INTENT: Record<Intent, string> = {
  informational: 'Informational',
  transactional: 'Transactional',
  navigational: 'Navigational',
  commercial: 'Commercial',
};

export const ROLE: Record<Role, { label: string; can: string }> = {
  owner: { label: 'Owner', can: 'Everything, with billing and ownership' },
  admin: { label: 'Admin', can: 'Content and automation; sees billing' },
  editor: { label: 'Editor', can: 'Generates, edits, publishes' },
  viewer: { label: 'Viewer', can: 'Reads and comments' },
  system_bot: { label: 'System bot', can: 'Automation through the API' },
};

const WAITING: Record<string, string> = {
  credits: 'for credits: buy or free some and it goes on by itself',
  places: 'for a free place: others of its kind run',
  turn: 'for its turn: other work goes first',
  rate: 'because no more may start just now',
  delayed: 'until its time',
  retry: 'to try again after a failure',
  cap: 'for the end of a budget cap',
  rest: 'for a model that rests after failures',
  model_places: 'for a free place at its model',
  model_rate: 'for the rate of its model',
  model_turn: 'for its turn at its model',
  paused: 'because it is paused',
  document: 'for its draft to be finished',
};

/** Why a task waits, in words. */
export function waitingReason(code: string): string {
  return WAITING[code] ?? `for ${code.replaceAll('_', ' ')}`;
}
