import { formatCompact, formatDollars } from '~/shared/format/number';
import { formatDay, type Measure } from './usage';

const HEIGHT = 144;
// A day that cost something is visible, however little.
const BAR_MIN = 2;

export const MEASURE: Record<Measure, { label: string; format: (value: number) => string }> = {
  cost: { label: 'Cost', format: formatDollars },
  tokens: { label: 'Tokens', format: formatCompact },
  calls: { label: 'Calls', format: formatCompact },
};

/** One bar a day. The table by day below has the same figures in words. */
export function UsageChart({ days, measure }: { days: readonly { day: number; value: number }[]; measure: Measure }) {
  const { label, format } = MEASURE[measure];
  const most = days.reduce((best, one) => (one.value > best.value ? one : best), days[0] ?? { day: 0, value: 0 });
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const share = 100 / days.length;
  const height = (value: number) => (value === 0 || most.value === 0 ? 0 : Math.max(BAR_MIN, (value / most.value) * HEIGHT));
  const summary = most.value === 0 ? 'nothing on any day' : `most on ${formatDay(most.day)}, ${format(most.value)}`;
  return (
    <figure className="flex flex-col gap-1 px-4 pt-3 pb-3">
      <figcaption className="tnum flex justify-between text-2xs text-ink-3">
        <span>{label} a day (UTC)</span>
        <span>{most.value > 0 && `${format(most.value)} at most`}</span>
      </figcaption>
      <svg role="img" aria-label={`${label} a day from ${formatDay(first.day)} to ${formatDay(last.day)}: ${summary}. The table by day has all figures.`} width="100%" height={HEIGHT + 1} className="overflow-visible">
        {[0, 0.5, 1].map((part) => (
          <line key={part} x1="0" x2="100%" y1={HEIGHT * part + 0.5} y2={HEIGHT * part + 0.5} className="stroke-line" />
        ))}
        {days.map(({ day, value }, index) => (
          <g key={day} className="fill-accent hover:fill-accent-hover">
            <title>{`${formatDay(day)}: ${format(value)}`}</title>
            <rect x={`${index * share}%`} width={`${share}%`} y="0" height={HEIGHT} className="fill-transparent" />
            <rect x={`${(index + 0.15) * share}%`} width={`${0.7 * share}%`} y={HEIGHT - height(value)} height={height(value)} rx="1" />
          </g>
        ))}
      </svg>
      <div className="tnum flex justify-between text-2xs text-ink-3" aria-hidden="true">
        <span>{formatDay(first.day)}</span>
        <span>{formatDay(last.day)}</span>
      </div>
    </figure>
  );
}
