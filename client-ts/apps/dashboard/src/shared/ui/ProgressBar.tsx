import { classNames } from './classNames';

/** Progress from 0 to 1; without a fraction it shows that work goes on, not how far it is. */
export function ProgressBar({ fraction, label, className }: { fraction?: number | undefined; label: string; className?: string }) {
  const known = fraction !== undefined;
  const percent = known ? Math.round(Math.min(1, Math.max(0, fraction)) * 100) : undefined;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={classNames('h-1 overflow-hidden rounded-full bg-hover', className)}
    >
      <div
        className={classNames('h-full rounded-full bg-accent', known ? 'transition-[width] duration-300 ease-out' : 'w-2/5 animate-[sweep_1.6s_ease-in-out_infinite]')}
        style={known ? { width: `${percent}%` } : undefined}
      />
    </div>
  );
}
