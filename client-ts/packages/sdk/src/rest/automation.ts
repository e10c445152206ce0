import type {
  ApplyPreset,
  AutomationKind,
  ChangeSchedule,
  ExecutionView,
  Page,
  ScheduleView,
  Timing,
  TimingPreview,
} from '@igny8/protocol';

import type { ListQuery } from './planner.js';
import type { CallOptions, Request } from './transport.js';

/** Automations: settings under `/api/settings`, control and history under `/api/system`. */
export function automationRoutes(request: Request) {
  return {
    /** The six, in the order of the pipeline. */
    schedules: (site: string): Promise<ScheduleView[]> => request('GET', `/api/settings/sites/${site}/automations`),
    changeSchedule: (site: string, kind: AutomationKind, body: ChangeSchedule): Promise<ScheduleView> =>
      request('PUT', `/api/settings/sites/${site}/automations/${kind}`, { body }),
    /** Sets all six and turns them on. */
    applyPreset: (site: string, body: ApplyPreset, options?: CallOptions): Promise<ScheduleView[]> =>
      request('POST', `/api/settings/sites/${site}/automations/preset`, { ...options, body }),
    /** The names of all zones. */
    zones: (): Promise<string[]> => request('GET', '/api/settings/automations/zones'),
    /** An expression in words, and its next five times; refused with the reason if it is none. */
    previewTiming: (timing: Timing): Promise<TimingPreview> =>
      request('GET', '/api/settings/automations/timing', { query: { cron: timing.cron, zone: timing.zone } }),
    /** A dry run only writes down what would be done. */
    run: (site: string, kind: AutomationKind, dryRun = false, options?: CallOptions): Promise<ExecutionView> =>
      request('POST', `/api/system/sites/${site}/automations/${kind}/run`, { ...options, body: { dry_run: dryRun } }),
    /** The run history, the newest first. */
    executions: (site: string, query: ListQuery = {}): Promise<Page<ExecutionView>> =>
      request('GET', `/api/system/sites/${site}/executions`, { query }),
  };
}
