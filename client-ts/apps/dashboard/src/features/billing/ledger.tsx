import type { LedgerEntryView } from '@igny8/protocol';
import { formatCount } from '~/shared/format/number';
import { formatExact } from '~/shared/format/time';
import type { Column } from '~/shared/table/column';
import type { FilterOption } from '~/shared/table/FilterPanel';
import { Badge, type Tone } from '~/shared/ui/Badge';

const KIND: Record<string, { label: string; tone: Tone; sign: '+' | '−' | '' }> = {
  grant: { label: 'Granted', tone: 'good', sign: '+' },
  hold: { label: 'Held', tone: 'neutral', sign: '' },
  settle: { label: 'Spent', tone: 'accent', sign: '−' },
  release: { label: 'Released', tone: 'neutral', sign: '' },
  transfer_in: { label: 'To the site', tone: 'neutral', sign: '' },
  transfer_out: { label: 'From the tenant', tone: 'neutral', sign: '' },
  expire: { label: 'Expired', tone: 'warn', sign: '−' },
};

export const LEDGER_KINDS: FilterOption[] = [{ value: '', label: 'All' }, ...['grant', 'settle', 'hold', 'release'].map((value) => ({ value, label: KIND[value]?.label ?? value }))];

export const LEDGER_COLUMNS: Column<LedgerEntryView>[] = [
  { id: 'at', header: 'When', width: '168px', cell: (entry) => <time className="tnum text-ink-3">{formatExact(entry.at)}</time> },
  { id: 'kind', header: 'Kind', width: '112px', cell: (entry) => <Badge tone={KIND[entry.kind]?.tone ?? 'neutral'}>{KIND[entry.kind]?.label ?? entry.kind}</Badge> },
  { id: 'reason', header: 'For', width: 'minmax(200px, 1fr)', cell: (entry) => <span title={entry.key}>{entry.reason}</span> },
  { id: 'way', header: 'From → to', width: '200px', cell: (entry) => <span className="text-xs text-ink-3">{`${entry.from} → ${entry.to}`}</span> },
  { id: 'amount', header: 'Credits', width: '80px', align: 'right', cell: (entry) => <span className="font-medium">{`${KIND[entry.kind]?.sign ?? ''}${formatCount(entry.amount)}`}</span> },
];

const CSV_HEADER = ['number', 'site', 'at', 'kind', 'amount', 'from', 'to', 'reason', 'key'];

/** One line per movement; times in ISO 8601. */
export function statementCsv(entries: LedgerEntryView[]): string {
  const lines = entries.map((entry) => [entry.number, entry.site ?? '', new Date(entry.at).toISOString(), entry.kind, entry.amount, entry.from, entry.to, entry.reason, entry.key]);
  return [CSV_HEADER, ...lines].map((line) => line.map(csvCell).join(',')).join('\r\n') + '\r\n';
}

/** Quoted as RFC 4180 says; a cell that a sheet would run as a formula is made text. */
function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
