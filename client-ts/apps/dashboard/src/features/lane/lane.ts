import type { AiRouteView, LaneView, Provider } from '@igny8/protocol';
import { failureLabel } from '~/shared/format/failure';
import { formatDuration, formatExact } from '~/shared/format/time';
import type { Tone } from '~/shared/ui/Badge';

const HOSTS: Partial<Record<Provider, string>> = { anthropic: 'api.anthropic.com', runware: 'api.runware.ai' };

export interface DescribedLane {
  label: string;
  tone: Tone;
  /** Why, and until when; empty for a lane that is well. */
  why: string;
}

/** Whether calls pass a lane, in words, with the time that is left of its rest. */
export function describeLane(lane: Pick<LaneView, 'state' | 'reason' | 'until'>, now: number): DescribedLane {
  const reason = lane.reason ? failureLabel(lane.reason) : 'Failures';
  switch (lane.state) {
    case 'closed':
      return { label: 'Open to calls', tone: 'good', why: '' };
    case 'half_open':
      return { label: 'Being tried', tone: 'warn', why: `${reason}. It has rested: one call goes first, and with its answer all others follow.` };
    case 'open':
      return lane.until === null
        ? { label: 'Rests', tone: 'bad', why: `${reason}. It rests until its key is changed, or until a test is answered.` }
        : { label: 'Rests', tone: 'bad', why: `${reason}. It rests for ${formatDuration(lane.until - now)} more, until ${formatExact(lane.until)}; then one call tries it.` };
  }
}

/** Resting lanes first, then the busiest: what wants attention stands on top. */
export function byAttention(a: LaneView, b: LaneView): number {
  const rank = { open: 0, half_open: 1, closed: 2 };
  return rank[a.state] - rank[b.state] || b.waiting - a.waiting || b.under_way - a.under_way || b.calls - a.calls || laneKey(a).localeCompare(laneKey(b));
}

export function laneKey({ provider, model, own }: Pick<LaneView, 'provider' | 'model' | 'own'>): string {
  return `${own ? 'own' : 'server'}/${provider}/${model}`;
}

/** The failures of a lane, the most frequent first. */
export function failuresOf(lane: Pick<LaneView, 'failures'>): [label: string, calls: number][] {
  return Object.entries(lane.failures)
    .map(([code, calls]): [string, number] => [failureLabel(code), calls])
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** The kept model whose calls go by a lane: the one that a test asks. */
export function routeOf(lane: Pick<LaneView, 'provider' | 'model' | 'own'>, routes: readonly AiRouteView[]): AiRouteView | undefined {
  if (lane.own) return routes.find((route) => route.provider !== 'platform' && route.model === lane.model && hostOf(route) === lane.provider);
  const platform = routes.filter((route) => route.provider === 'platform' && route.capability === 'text');
  return platform.find((route) => route.model === lane.model) ?? platform.find((route) => route.model === '');
}

function hostOf(route: AiRouteView): string {
  if (route.base_url === null) return HOSTS[route.provider] ?? route.name;
  try {
    return new URL(route.base_url).hostname;
  } catch {
    return route.name;
  }
}
