import type { ConnectionStatus } from '@igny8/sdk';
import type { Tone } from '~/shared/ui/Badge';

export interface DescribedConnection {
  tone: Tone;
  label: string;
  /** Why, where there is a reason. */
  detail?: string;
}

/** The line to the server, in words that are true at this moment. */
export function describeConnection({ state, reason, attempts }: ConnectionStatus): DescribedConnection {
  const detail = reason?.message;
  switch (state) {
    case 'live':
      return { tone: 'good', label: 'Live' };
    case 'closed':
      return { tone: 'bad', label: 'Disconnected', ...(detail ? { detail } : {}) };
    case 'idle':
      return { tone: 'neutral', label: 'Not connected' };
    case 'waiting':
      return { tone: 'warn', label: 'Offline', ...(detail ? { detail } : {}) };
    default:
      return attempts > 0 ? { tone: 'warn', label: 'Reconnecting', ...(detail ? { detail } : {}) } : { tone: 'neutral', label: 'Connecting' };
  }
}
