import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { IconButton } from '~/shared/ui/Button';
import { formatPlural } from '~/shared/format/number';

/** What can be done with the selected rows. Appears with the selection, over the table's foot. */
export function ActionButtons({ count, noun, onClear, children }: { count: number; noun: string; onClear: () => void; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <div role="toolbar" aria-label={`Actions for the selected ${noun}s`} className="rise absolute bottom-6 left-1/2 z-20 flex max-w-[calc(100%-16px)] -translate-x-1/2 flex-wrap items-center gap-2 rounded-lg border border-line-strong bg-surface py-1.5 pr-1.5 pl-3 shadow-high">
      <span className="tnum pr-1 font-medium whitespace-nowrap" aria-live="polite">
        {formatPlural(count, noun)}
      </span>
      {children}
      <IconButton label="Clear the selection (Escape)" onClick={onClear}>
        <X size={14} />
      </IconButton>
    </div>
  );
}
