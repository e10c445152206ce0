import { useMemo, useState } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { LedgerEntryView } from '@igny8/protocol';
import { useReread } from '~/shared/data/useReread';
import { useApi, useSiteState, useTenantId, useTenantState } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { DataTable } from '~/shared/table/DataTable';
import { FilterPanel } from '~/shared/table/FilterPanel';
import { Button } from '~/shared/ui/Button';
import { Card } from '~/shared/ui/PageHeader';
import { EmptyState } from '~/shared/ui/StateMessage';
import { LEDGER_COLUMNS, LEDGER_KINDS, statementCsv } from './ledger';

const PAGE = 200;
// A statement for a file: more than this is asked for from the API.
const CSV_ROWS_MAX = 20_000;

/** The statement: filtered by kind, found by words, taken along as CSV. */
export function LedgerTable() {
  const api = useApi();
  const tenant = useTenantId();
  const [kind, setKind] = useState('');
  const [search, setSearch] = useState('');
  const key = ['igny8', tenant, 'ledger'];
  const { balance } = useSiteState();
  const { creditsRevision } = useTenantState();
  useReread(key, `${creditsRevision} ${balance?.settled} ${balance?.held}`);
  const query = useInfiniteQuery({
    queryKey: [...key, kind, search],
    queryFn: ({ pageParam }) => api.billing.ledger({ cursor: pageParam, limit: PAGE, kind: kind || null, search: search || null }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items).filter((entry) => matches(entry, kind, search)), [query.data, kind, search]);
  return (
    <Card className="flex h-[560px] flex-col overflow-hidden">
      <FilterPanel what="the statement" search={{ value: search, onChange: setSearch }} status={{ value: kind, options: LEDGER_KINDS, onChange: setKind }}>
        <CsvButton kind={kind} search={search} />
      </FilterPanel>
      <DataTable
        label="Statement"
        columns={LEDGER_COLUMNS}
        rows={rows}
        rowKey={(entry) => `${entry.site ?? 'tenant'}-${entry.number}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        hasMore={query.hasNextPage && !query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
        empty={<EmptyState title="No movement matches">{kind || search ? 'Choose another kind or other words.' : 'Credits that are granted, held or spent appear here.'}</EmptyState>}
      />
    </Card>
  );
}

/** Also here, so that the table is right where the server does not narrow this list. */
function matches(entry: LedgerEntryView, kind: string, search: string): boolean {
  const text = search.toLowerCase();
  return (kind === '' || entry.kind === kind) && (text === '' || `${entry.reason} ${entry.key}`.toLowerCase().includes(text));
}

function CsvButton({ kind, search }: { kind: string; search: string }) {
  const api = useApi();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  const download = async () => {
    setBusy(true);
    try {
      const entries: LedgerEntryView[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof api.billing.ledger>> = await api.billing.ledger({ cursor, limit: PAGE });
        entries.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor !== null && entries.length < CSV_ROWS_MAX);
      saveFile('statement.csv', statementCsv(entries.filter((entry) => matches(entry, kind, search))));
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

function saveFile(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
