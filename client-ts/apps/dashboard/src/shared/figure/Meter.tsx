import { classNames } from '~/shared/ui/classNames';
import type { Tone } from '~/shared/ui/Badge';

const FILL: Record<Tone, string> = { neutral: 'bg-ink-3', accent: 'bg-accent', good: 'bg-good', warn: 'bg-warn-dot', bad: 'bg-bad' };

/** How much of something bounded is taken or left; the figures stand beside it. */
export function Meter({ label, value, max, tone = 'accent' }: { label: string; value: number; max: number; tone?: Tone }) {
  const fraction = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div role="meter" aria-label={label} aria-valuemin={0} aria-valuemax={max} aria-valuenow={Math.min(value, max)} className="h-1 overflow-hidden rounded-full bg-hover">
      <div className={classNames('h-full rounded-full', FILL[tone])} style={{ width: `${Math.round(fraction * 100)}%` }} />
    </div>
  );
}
