import { useConnection } from '@igny8/react';
import { describeConnection } from '~/shared/format/connection';
import { StatusDot } from '~/shared/ui/Badge';

/** Whether what is on screen is live. */
export function ConnectionState() {
  const connection = useConnection();
  const { tone, label, detail } = describeConnection(connection);
  return (
    <span role="status" data-testid="connection" data-state={connection.state} title={detail} className="px-2 text-xs text-ink-3">
      <StatusDot tone={tone}>{label}</StatusDot>
    </span>
  );
}
