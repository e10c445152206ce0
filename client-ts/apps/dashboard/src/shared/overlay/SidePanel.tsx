import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';

/** What is open of a list, beside it; on a narrow screen over it, and then it takes the focus. Escape closes it. */
export function SidePanel({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const panel = element.current;
    if (panel && getComputedStyle(panel).position === 'fixed') panel.querySelector<HTMLElement>('button, a, input, select, textarea')?.focus();
  }, [label]);
  const onKeyDown = (event: KeyboardEvent) => {
    // A dialog that was opened from here closes itself first.
    if (event.key === 'Escape' && !(event.target as HTMLElement).closest('dialog')) onClose();
  };
  return (
    <aside ref={element} aria-label={label} onKeyDown={onKeyDown} className="rise fixed inset-0 z-30 flex flex-col overflow-y-auto bg-surface text-sm lg:static lg:z-auto lg:w-96 lg:shrink-0 lg:border-l lg:border-line">
      {children}
    </aside>
  );
}
