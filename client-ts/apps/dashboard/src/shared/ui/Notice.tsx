import type { ReactNode } from 'react';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { classNames } from './classNames';

const LOOK = {
  info: { box: 'border-line bg-sunken', ink: 'text-ink-3', icon: Info },
  good: { box: 'border-good/30 bg-good-soft', ink: 'text-good', icon: CircleCheck },
  warn: { box: 'border-warn-dot/40 bg-warn-soft', ink: 'text-warn', icon: TriangleAlert },
  bad: { box: 'border-bad/30 bg-bad-soft', ink: 'text-bad', icon: CircleAlert },
};

/** A remark inside a page or a form. */
export function Notice({ tone = 'info', title, children, actions }: { tone?: keyof typeof LOOK; title?: string; children?: ReactNode; actions?: ReactNode }) {
  const { box, ink, icon: Icon } = LOOK[tone];
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={classNames('flex flex-wrap gap-2.5 rounded-md border px-3 py-2.5', box)}>
      <Icon size={16} className={classNames('mt-0.5 shrink-0', ink)} aria-hidden="true" />
      <div className="flex min-w-0 flex-1 basis-52 flex-col gap-0.5">
        {title && <p className="font-medium text-ink">{title}</p>}
        {children && <div className="text-ink-2">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}
