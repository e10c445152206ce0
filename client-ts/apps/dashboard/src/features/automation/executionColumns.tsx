import type { ExecutionRow } from '@igny8/react';
import { formatAgo, formatExact } from '~/shared/format/time';
import type { Column } from '~/shared/table/column';
import { Badge, StatusDot } from '~/shared/ui/Badge';
import { AUTOMATION, counts, EXECUTION_STATUS, triggerWords } from './word';

/** A line of the run history. */
export const EXECUTION_COLUMNS: Column<ExecutionRow>[] = [
  { id: 'kind', header: 'Automation', width: '96px', narrow: '80px', cell: ({ kind }) => <Badge>{AUTOMATION[kind].label}</Badge> },
  {
    id: 'at',
    header: 'Scheduled for',
    width: '176px',
    cell: ({ scheduled_at }) => (
      <time className="tnum" title={formatAgo(scheduled_at)}>
        {formatExact(scheduled_at)}
      </time>
    ),
  },
  { id: 'trigger', header: 'Why', width: '168px', cell: (execution) => <span className="text-ink-2">{triggerWords(execution)}</span> },
  { id: 'status', header: 'Status', width: '152px', narrow: 'minmax(0, 1fr)', cell: (execution) => <ExecutionStatusDot execution={execution} /> },
  { id: 'picked', header: 'Picked', width: '56px', align: 'right', cell: (execution) => counts(execution).picked },
  { id: 'skipped', header: 'Skipped', width: '60px', align: 'right', cell: (execution) => <span className="text-ink-3">{counts(execution).skipped}</span> },
  { id: 'failed', header: 'Failed', width: '56px', align: 'right', cell: (execution) => <span className={counts(execution).failed > 0 ? 'text-bad' : 'text-ink-3'}>{counts(execution).failed}</span> },
  { id: 'credits', header: 'Credits', width: '72px', narrow: '56px', align: 'right', cell: ({ spent, price }) => <span title="Spent, of at most">{`${spent} / ${price}`}</span> },
  { id: 'note', header: 'Note', width: 'minmax(160px, 1fr)', cell: ({ note }) => <span className="text-ink-3" title={note ?? undefined}>{note}</span> },
];

export function ExecutionStatusDot({ execution }: { execution: ExecutionRow }) {
  const { label, tone } = EXECUTION_STATUS[execution.status];
  return (
    <StatusDot tone={tone} live={execution.status === 'running' || execution.status === 'starting'}>
      {label}
    </StatusDot>
  );
}
