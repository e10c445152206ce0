import type { AutomationKind, AutomationPreset, ExecutionStatus, ExecutionTrigger, ExecutionView } from '@igny8/protocol';
import type { Tone } from '~/shared/ui/Badge';

interface AutomationWords {
  label: string;
  does: string;
  /** What one execution takes; absent where it is one job. */
  items?: string;
  /** What is made for each of them. */
  each?: { label: string; min: number; max: number };
}

export const AUTOMATION: Record<AutomationKind, AutomationWords> = {
  cluster: { label: 'Clustering', does: 'New keywords into clusters' },
  ideas: { label: 'Ideas', does: 'Ideas for clusters that have none', items: 'Clusters', each: { label: 'Ideas for each', min: 1, max: 10 } },
  drafts: { label: 'Drafts', does: 'New ideas written as drafts', items: 'Drafts', each: { label: 'Images for each', min: 0, max: 3 } },
  images: { label: 'Images', does: 'Images for drafts that have none', items: 'Drafts', each: { label: 'Images for each', min: 1, max: 3 } },
  publish: { label: 'Publishing', does: 'Documents that a person approved go to the site', items: 'Documents' },
  clean_up: { label: 'Clean-up', does: 'Tasks that ended long ago go' },
};

export const AUTOMATION_KINDS = Object.keys(AUTOMATION) as AutomationKind[];

/** Automations that cost credits. */
export function isPaid(kind: AutomationKind): boolean {
  return kind !== 'publish' && kind !== 'clean_up';
}

export const PRESET: Record<AutomationPreset, { label: string; hint: string }> = {
  standard: { label: 'Standard', hint: 'Clusters and ideas every 6 hours, drafts and images every 3, publishing every 12, clean-up every day.' },
  hourly_drafts: { label: 'Hourly drafts', hint: 'Drafts and images every hour, clusters every 6, ideas and publishing every day, clean-up every week.' },
};

export const EXECUTION_STATUS: Record<ExecutionStatus, { label: string; tone: Tone }> = {
  waiting: { label: 'Waits for the one before', tone: 'neutral' },
  starting: { label: 'Starting', tone: 'accent' },
  running: { label: 'Running', tone: 'accent' },
  succeeded: { label: 'Succeeded', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  skipped: { label: 'Skipped', tone: 'warn' },
};

const TRIGGER: Record<ExecutionTrigger, string> = { schedule: 'On schedule', catch_up: 'Caught up', person: 'By hand', system: 'By a program' };

/** Why it ran, and whether it did anything. */
export function triggerWords({ trigger, dry_run }: Pick<ExecutionView, 'trigger' | 'dry_run'>): string {
  return dry_run ? `${TRIGGER[trigger]}, dry run` : TRIGGER[trigger];
}

/** How many were picked, skipped and failed. */
export function counts(execution: Pick<ExecutionView, 'picked' | 'skipped' | 'skipped_more'>): { picked: number; skipped: number; failed: number } {
  const failed = execution.picked.filter((pick) => pick.outcome === 'failed').length;
  return { picked: execution.picked.length, skipped: execution.skipped.length + execution.skipped_more, failed };
}

/** Expressions that most people want, the fields of cron spared. */
export const COMMON_TIMES: [string, string][] = [
  ['0 * * * *', 'Every hour'],
  ['0 */3 * * *', 'Every 3 hours'],
  ['0 */6 * * *', 'Every 6 hours'],
  ['0 9,21 * * *', 'Twice a day, at 9 and 21'],
  ['0 9 * * *', 'Every day at 9'],
  ['0 9 * * 1-5', 'On weekdays at 9'],
  ['0 9 * * 1', 'Every Monday at 9'],
];
