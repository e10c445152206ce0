import type { LedgerEntryView, SiteView } from '@igny8/protocol';
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
  transfer_in: { label: 'Arrived', tone: 'neutral', sign: '+' },
  transfer_out: { label: 'Sent', tone: 'neutral', sign: '−' },
  expire: { label: 'Ended', tone: 'warn', sign: '−' },
  house_loss: { label: 'House paid', tone: 'neutral', sign: '' },
};

/** A value may name several kinds, with commas between them. */
export const LEDGER_KINDS: FilterOption[] = [
  { value: '', label: 'All' },
  { value: 'grant,expire', label: 'Granted and ended' },
  { value: 'settle', label: 'Spent' },
  { value: 'hold,release', label: 'Held and released' },
  { value: 'transfer_in,transfer_out', label: 'Moved' },
  { value: 'house_loss', label: 'House paid' },
];

export function ledgerColumns(sites: readonly SiteView[]): Column<LedgerEntryView>[] {
  const name = (id: string | null) => (id === null ? 'Workspace' : (sites.find((site) => site.id === id)?.name ?? 'Site'));
  return [
    { id: 'at', header: 'When', width: '168px', cell: (entry) => <time className="tnum text-ink-3">{formatExact(entry.at)}</time> },
    { id: 'kind', header: 'Kind', width: '108px', narrow: '84px', cell: (entry) => <Badge tone={KIND[entry.kind]?.tone ?? 'neutral'}>{KIND[entry.kind]?.label ?? entry.kind}</Badge> },
    { id: 'reason', header: 'For', width: 'minmax(200px, 1fr)', narrow: 'minmax(0, 1fr)', cell: (entry) => <span title={entry.key}>{entry.reason}</span> },
    { id: 'ledger', header: 'Where', width: '140px', cell: (entry) => <span className="text-xs text-ink-3">{name(entry.site)}</span> },
    { id: 'amount', header: 'Credits', width: '80px', narrow: '56px', align: 'right', cell: (entry) => <span className="tnum font-medium">{`${KIND[entry.kind]?.sign ?? ''}${formatCount(entry.amount)}`}</span> },
    { id: 'after', header: 'Then there', width: '96px', align: 'right', cell: (entry) => <span className="tnum text-ink-3">{formatCount(entry.settled_after)}</span> },
  ];
}
