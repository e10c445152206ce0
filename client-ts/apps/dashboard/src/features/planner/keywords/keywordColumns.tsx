import type { KeywordCounts, KeywordView } from '@igny8/protocol';
import { formatCount, formatMicros } from '~/shared/format/number';
import { INTENT, KEYWORD_STATUS } from '~/shared/format/word';
import type { Column } from '~/shared/table/column';
import type { FilterOption } from '~/shared/table/FilterPanel';
import { StatusDot } from '~/shared/ui/Badge';

const NOTHING = <span className="text-ink-3">–</span>;

export const KEYWORD_COLUMNS: Column<KeywordView>[] = [
  { id: 'text', header: 'Keyword', width: 'minmax(220px, 2fr)', cell: (keyword) => <span className="font-medium">{keyword.text}</span> },
  { id: 'status', header: 'Status', width: '120px', cell: (keyword) => <StatusDot tone={KEYWORD_STATUS[keyword.status].tone}>{KEYWORD_STATUS[keyword.status].label}</StatusDot> },
  { id: 'intent', header: 'Intent', width: '120px', cell: (keyword) => (keyword.intent ? <span className="text-ink-2">{INTENT[keyword.intent]}</span> : NOTHING) },
  { id: 'volume', header: 'Volume', width: '88px', align: 'right', cell: (keyword) => (keyword.volume === null ? NOTHING : formatCount(keyword.volume)) },
  { id: 'difficulty', header: 'KD', width: '80px', align: 'right', cell: (keyword) => <Difficulty value={keyword.difficulty} /> },
  { id: 'cpc', header: 'CPC', width: '72px', align: 'right', cell: (keyword) => <span className="text-ink-2">{formatMicros(keyword.cpc_micros)}</span> },
  { id: 'country', header: 'Country', width: '80px', cell: (keyword) => <span className="text-ink-2">{keyword.country ?? ''}</span> },
];

// Above these, ranking is hard or very hard, in the words of the tools the figures come from.
const HARD = 50;
const VERY_HARD = 75;

function Difficulty({ value }: { value: number | null }) {
  if (value === null) return NOTHING;
  const tone = value >= VERY_HARD ? 'bg-bad' : value >= HARD ? 'bg-warn-dot' : 'bg-good';
  return (
    <span className="inline-flex items-center gap-2">
      <span aria-hidden="true" className="h-1 w-8 overflow-hidden rounded-full bg-hover">
        <span className={`block h-full ${tone}`} style={{ width: `${Math.min(100, value)}%` }} />
      </span>
      <span className="w-5 text-right">{Math.round(value)}</span>
    </span>
  );
}

export function keywordStatusOptions(counts: KeywordCounts | undefined): FilterOption[] {
  const statuses = ['new', 'clustered', 'in_use', 'orphaned', 'archived'] as const;
  return [{ value: '', label: 'All', count: counts?.total }, ...statuses.map((status) => ({ value: status, label: KEYWORD_STATUS[status].label, count: counts?.[status] }))];
}
