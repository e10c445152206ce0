import { useMemo, useState } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { StatementFilter } from '@igny8/sdk';
import { saveFile } from '~/shared/data/saveFile';
import { useReread } from '~/shared/data/useReread';
import { useApi, useSiteState, useTenantId, useTenantState } from '~/shared/data/workspace';
import { dayStart } from '~/shared/format/day';
import { formatCount } from '~/shared/format/number';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { Button } from '~/shared/ui/Button';
import { SelectField, TextField } from '~/shared/ui/Field';
import { Card } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { LEDGER_KINDS, ledgerColumns } from './ledger';

const PAGE = 200;

/** The statement: narrowed by kind, time, site and words, taken along as CSV. */
export function LedgerTable() {
  const api = useApi();
  const tenant = useTenantId();
  const [kind, setKind] = useState('');
  const [search, setSearch] = useState('');
  const [place, setPlace] = useState({ site: '', from: '', until: '' });
  const key = ['igny8', tenant, 'ledger'];
  const { balance } = useSiteState();
  const { creditsRevision, sites } = useTenantState();
  useReread(key, `${creditsRevision} ${balance?.settled} ${balance?.held}`);
  const filter: StatementFilter = { kind: kind || null, search: search || null, site: place.site || null, from: dayStart(place.from), until: dayStart(place.until, 1) };
  const query = useInfiniteQuery({
    queryKey: [...key, filter],
    queryFn: ({ pageParam }) => api.billing.ledger({ ...filter, cursor: pageParam, limit: PAGE }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const columns = useMemo(() => ledgerColumns(sites), [sites]);
  const total = query.data?.pages[0]?.total;
  const narrowed = Object.values(filter).some((value) => value !== null);
  return (
    <Card className="flex h-[560px] flex-col overflow-hidden">
      <FilterPanel what="the statement" search={{ value: search, onChange: setSearch }} status={{ value: kind, options: LEDGER_KINDS, onChange: setKind }}>
        <SelectField label="Where" hideLabel value={place.site} onChange={(event) => setPlace({ ...place, site: event.target.value })}>
          <option value="">Everywhere</option>
          {sites.map((site) => (
            <option key={site.id} value={site.id}>
              {site.name}
            </option>
          ))}
        </SelectField>
        <TextField label="From day" hideLabel type="date" className="tnum w-36" value={place.from} max={place.until} onChange={(event) => setPlace({ ...place, from: event.target.value })} />
        <TextField label="To day" hideLabel type="date" className="tnum w-36" value={place.until} min={place.from} onChange={(event) => setPlace({ ...place, until: event.target.value })} />
        {typeof total === 'number' && <span className="tnum text-xs text-ink-3">{formatCount(total)} lines</span>}
        <CsvButton filter={filter} />
      </FilterPanel>
      <DataTable
        label="Statement"
        columns={columns}
        rows={rows}
        rowKey={(entry) => `${entry.site ?? 'tenant'}-${entry.number}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage && !query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
        empty={<EmptyState title="No movement matches">{narrowed ? 'Choose another kind, time or site, or other words.' : 'Credits that are granted, held or spent appear here.'}</EmptyState>}
      />
    </Card>
  );
}

/** The whole of what the filters leave, made by the server. */
function CsvButton({ filter }: { filter: StatementFilter }) {
  const api = useApi();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      saveFile('statement.csv', await api.billing.ledgerCsv(filter));
    } catch (error) {
      toasts.problem(error);
    }
    setBusy(false);
  };
  return (
    <Button size="sm" className="ml-auto" icon={<Download size={12} />} busy={busy} onClick={() => void download()}>
      Download CSV
    </Button>
  );
}
