import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import type { AutomationKind, ScheduleView } from '@igny8/protocol';
import { executionKey } from '@igny8/sdk';
import { useApi, useSiteId, useSitePath } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { AUTOMATION } from './word';

export interface AutomationActions {
  turn: (schedule: ScheduleView, enabled: boolean) => void;
  run: (kind: AutomationKind, dryRun: boolean) => void;
}

/** Turning on and off, running now, and trying without doing. */
export function useAutomationActions(): AutomationActions {
  const api = useApi();
  const site = useSiteId();
  const path = useSitePath();
  const navigate = useNavigate();
  const toasts = useToasts();
  return useMemo(() => {
    const told = (work: Promise<void>) => void work.catch((error: unknown) => toasts.problem(error));
    const turn = async ({ kind, timing, rules }: ScheduleView, enabled: boolean) => {
      await api.automation.changeSchedule(site, kind, { enabled, timing, rules });
      toasts.success(`${AUTOMATION[kind].label} ${enabled ? 'turned on' : 'turned off'}`);
    };
    const run = async (kind: AutomationKind, dryRun: boolean) => {
      const execution = await api.automation.run(site, kind, dryRun);
      void navigate(path(`automation?execution=${executionKey(execution)}`));
    };
    return { turn: (schedule, enabled) => told(turn(schedule, enabled)), run: (kind, dryRun) => told(run(kind, dryRun)) };
  }, [api, site, path, navigate, toasts]);
}
