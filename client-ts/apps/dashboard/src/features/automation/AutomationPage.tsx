import { useState } from 'react';
import { CalendarClock } from 'lucide-react';
import { useExecutions, useSchedules } from '@igny8/react';
import type { ScheduleView } from '@igny8/protocol';
import { pagesOf } from '~/shared/data/pages';
import { useAddressed } from '~/shared/data/useAddressed';
import { useCan, useSiteId, useSitePath } from '~/shared/data/workspace';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { Button } from '~/shared/ui/Button';
import { PageHeader } from '~/shared/ui/PageHeader';
import { EmptyState, ProblemState } from '~/shared/ui/StateMessage';
import { AutomationConfigForm } from './AutomationConfigForm';
import { EXECUTION_COLUMNS } from './executionColumns';
import { ExecutionPanel } from './ExecutionPanel';
import { PresetDialog } from './PresetDialog';
import { ScheduleList } from './ScheduleList';
import { useAutomationActions } from './useAutomationActions';
import { AUTOMATION, AUTOMATION_KINDS } from './word';

/** The six automations of a site above, the run history below; both live. */
export function AutomationPage() {
  const { schedules, query } = useSchedules(useSiteId());
  const actions = useAutomationActions();
  const canSet = useCan('settings');
  const canRun = useCan('edit');
  const [editing, setEditing] = useState<ScheduleView | null>(null);
  const [choosing, setChoosing] = useState(false);
  return (
    <div className="flex h-full flex-col overflow-y-auto xl:overflow-visible">
      <PageHeader
        title="Automation"
        description="Each does by itself what its button does, within the bounds that you set"
        actions={canSet && <Button onClick={() => setChoosing(true)}>Use a preset</Button>}
      />
      {query.error && !schedules ? <ProblemState error={query.error} onRetry={() => void query.refetch()} /> : <ScheduleList schedules={schedules} actions={actions} canRun={canRun} canSet={canSet} onEdit={setEditing} />}
      <History />
      {editing && <AutomationConfigForm schedule={editing} onClose={() => setEditing(null)} />}
      {choosing && <PresetDialog onClose={() => setChoosing(false)} />}
    </div>
  );
}

function History() {
  const path = useSitePath();
  const { get, set } = useAddressed();
  const kind = get('kind');
  const history = useExecutions(useSiteId(), { kind: kind || null });
  const open = history.items.find(({ id }) => id === get('execution'));
  const options = [{ value: '', label: 'All runs' }, ...AUTOMATION_KINDS.map((value) => ({ value, label: AUTOMATION[value].label }))];
  return (
    <section aria-label="Run history" className="flex h-[480px] shrink-0 flex-col xl:h-auto xl:min-h-0 xl:flex-1 xl:shrink">
      <FilterPanel what="runs" status={{ value: kind, options, onChange: (value) => set('kind', value) }} />
      <div className="flex min-h-0 flex-1">
        <DataTable {...pagesOf(history)} label="Run history" columns={EXECUTION_COLUMNS} rowKey={({ id }) => id} onOpen={({ id }) => set('execution', id)} empty={<NothingRan />} />
        {open && <ExecutionPanel execution={open} taskPath={(task) => path(`tasks?task=${task}`)} onClose={() => set('execution', '')} />}
      </div>
    </section>
  );
}

function NothingRan() {
  return (
    <EmptyState icon={<CalendarClock size={18} />} title="Nothing has run yet">
      Turn an automation on, run one now, or try a dry run: it says what would be done, and does nothing.
    </EmptyState>
  );
}
