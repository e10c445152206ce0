import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ExecutionRow } from '@igny8/react';
import type { PickView, SkipView } from '@igny8/protocol';
import { formatCredits } from '~/shared/format/number';
import { formatExact } from '~/shared/format/time';
import { SidePanel } from '~/shared/overlay/SidePanel';
import { StatusDot, type Tone } from '~/shared/ui/Badge';
import { IconButton } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { ExecutionStatusDot } from './executionColumns';
import { AUTOMATION, counts, triggerWords } from './word';

interface ExecutionPanelProps {
  execution: ExecutionRow;
  taskPath: (task: string) => string;
  onClose: () => void;
}

/** One execution: each item that was picked or skipped, and why. */
export function ExecutionPanel({ execution, taskPath, onClose }: ExecutionPanelProps) {
  const { picked, skipped } = counts(execution);
  return (
    <SidePanel label="Execution" onClose={onClose}>
      <header className="flex items-start justify-between gap-3 px-4 pt-4 pb-2">
        <div>
          <h2 className="text-base font-semibold">{AUTOMATION[execution.kind].label}</h2>
          <p className="tnum text-ink-3">
            {formatExact(execution.scheduled_at)} · {triggerWords(execution)}
          </p>
        </div>
        <IconButton label="Close" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      <div className="flex flex-col gap-4 px-4 pb-6">
        <div className="flex items-center justify-between">
          <ExecutionStatusDot execution={execution} />
          <span className="tnum text-ink-2">
            {execution.dry_run ? `would cost ${formatCredits(execution.price)}` : `${formatCredits(execution.spent)} spent, ${execution.price} at most`}
          </span>
        </div>
        {execution.dry_run && <Notice title="Dry run">Nothing was done and nothing was charged.</Notice>}
        {execution.note && <Notice tone={execution.status === 'skipped' || execution.status === 'failed' ? 'warn' : 'info'}>{execution.note}</Notice>}
        <Items title={execution.dry_run ? 'Would pick' : 'Picked'} count={picked}>
          {execution.picked.map((pick) => (
            <Picked key={pick.task ?? pick.title} pick={pick} taskPath={taskPath} dryRun={execution.dry_run} />
          ))}
        </Items>
        <Items title="Skipped" count={skipped}>
          {execution.skipped.map((skip, number) => (
            <Skipped key={number} skip={skip} />
          ))}
          {execution.skipped_more > 0 && <li className="py-1.5 text-ink-3">and {execution.skipped_more} more</li>}
        </Items>
      </div>
    </SidePanel>
  );
}

function Items({ title, count, children }: { title: string; count: number; children: ReactNode }) {
  return (
    <section>
      <h3 className="tnum pb-1 text-xs font-medium text-ink-3">
        {title} ({count})
      </h3>
      <ul className="divide-y divide-line border-y border-line empty:hidden">{children}</ul>
    </section>
  );
}

const OUTCOME: Record<string, { label: string; tone: Tone }> = {
  succeeded: { label: 'Done', tone: 'good' },
  failed: { label: 'Failed', tone: 'bad' },
  cancelled: { label: 'Stopped', tone: 'neutral' },
};
const OPEN = { label: 'Under way', tone: 'accent' } as const;

function Picked({ pick, taskPath, dryRun }: { pick: PickView; taskPath: (task: string) => string; dryRun: boolean }) {
  const outcome = pick.outcome === null ? OPEN : (OUTCOME[pick.outcome] ?? OPEN);
  return (
    <li className="py-1.5">
      <div className="flex items-center justify-between gap-3">
        {pick.task ? (
          <Link to={taskPath(pick.task)} className="min-w-0 truncate font-medium hover:underline">
            {pick.title}
          </Link>
        ) : (
          <span className="min-w-0 truncate font-medium">{pick.title}</span>
        )}
        {dryRun ? <span className="tnum text-ink-3">{formatCredits(pick.price)}</span> : <StatusDot tone={outcome.tone}>{outcome.label}</StatusDot>}
      </div>
      {pick.failure && <p className="text-bad">{pick.failure}</p>}
    </li>
  );
}

function Skipped({ skip }: { skip: SkipView }) {
  return (
    <li className="py-1.5">
      <p className="truncate font-medium">{skip.title}</p>
      <p className="text-ink-3">{skip.reason}</p>
    </li>
  );
}
