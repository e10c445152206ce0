import { useState, type FormEvent } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { LowLevels } from '@igny8/protocol';
import { useApi, useTenantId, useWorkspace } from '~/shared/data/workspace';
import { formatCount } from '~/shared/format/number';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Badge } from '~/shared/ui/Badge';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { Card } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { readLevels } from './level';

/** Below how many credits everybody here is told. Owners set it. */
export function LowLevelsForm() {
  const levels = useRest(['low-levels'], (rest) => rest.billing.lowLevels());
  if (levels.error) return <ProblemState error={levels.error} onRetry={() => void levels.refetch()} />;
  return <Card className="p-4">{levels.data ? <Form key={JSON.stringify(levels.data.levels.map((level) => level.credits))} set={levels.data} /> : <SkeletonLines lines={2} />}</Card>;
}

function Form({ set }: { set: LowLevels }) {
  const api = useApi();
  const toasts = useToasts();
  const queries = useQueryClient();
  const tenant = useTenantId();
  const canEdit = useWorkspace().membership.role === 'owner';
  const [text, setText] = useState(set.levels.map((level) => level.credits).join(', '));
  const [busy, setBusy] = useState(false);
  const read = readLevels(text);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if ('error' in read) return;
    setBusy(true);
    try {
      await api.billing.changeLowLevels(read.levels);
      await queries.invalidateQueries({ queryKey: ['igny8', tenant, 'low-levels'] });
      toasts.success('Levels saved', { detail: read.levels.length === 0 ? 'Nobody is told of low credits.' : 'Each is told once when it is crossed.' });
    } catch (error) {
      toasts.problem(error);
    }
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void save(event)} className="flex flex-wrap items-start gap-4">
      <TextField label="Tell me below so many credits" inputMode="numeric" className="tnum min-w-64 flex-1" value={text} disabled={!canEdit} error={'error' in read ? read.error : undefined} hint={canEdit ? 'Up to five, with commas between them. Leave it empty to hear of none.' : 'Owners set these.'} onChange={(event) => setText(event.target.value)} />
      <ul className="tnum flex min-h-8 flex-wrap items-center gap-2 sm:pt-6" aria-label="Levels">
        {set.levels.map((level) => (
          <li key={level.credits}>
            <Badge tone={level.is_below ? 'warn' : 'good'}>{`${formatCount(level.credits)}: ${level.is_below ? 'below' : 'above'}`}</Badge>
          </li>
        ))}
      </ul>
      {canEdit && (
        <Button type="submit" kind="primary" className="mt-5" busy={busy} disabled={'error' in read}>
          Save
        </Button>
      )}
    </form>
  );
}
