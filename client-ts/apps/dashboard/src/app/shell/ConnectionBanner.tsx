import { useClient, useConnection } from '@igny8/react';
import { CloudOff } from 'lucide-react';
import { Button } from '~/shared/ui/Button';
import { useSeconds } from '~/shared/data/useSeconds';

/** While the line is away: that what is shown is the last known state, why, and when it tries again. */
export function ConnectionBanner() {
  const { connection } = useClient();
  const { state, reason, retryAt, attempts } = useConnection();
  const away = state === 'closed' || state === 'waiting' || (attempts > 1 && state !== 'live' && state !== 'idle');
  const seconds = useSeconds(away ? retryAt : null);
  if (!away) return null;
  const next = state === 'closed' ? '' : seconds === null || seconds <= 0 ? 'Trying again now.' : `Trying again in ${seconds} s.`;
  return (
    <div role="alert" className="flex min-h-10 shrink-0 items-center gap-3 border-b border-line bg-warn-soft px-6 py-1.5 text-sm">
      <CloudOff size={14} className="shrink-0 text-warn" aria-hidden="true" />
      <p className="tnum min-w-0 flex-1">
        <span className="font-medium">You see the last known state.</span> {reason?.message ?? 'The server cannot be reached.'} {next} <span className="text-ink-2">Work that runs on the server goes on.</span>
      </p>
      {state === 'closed' ? (
        <Button size="sm" onClick={() => location.reload()}>
          Reload
        </Button>
      ) : (
        <Button size="sm" onClick={() => connection.retryNow()}>
          Try now
        </Button>
      )}
    </div>
  );
}
