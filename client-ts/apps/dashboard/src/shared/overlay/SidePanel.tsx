import { useEffect, useRef, type ReactNode } from 'react';

/** What is open of a list, beside it; on a narrow screen over it, and then it takes the focus. */
export function SidePanel({ label, children }: { label: string; children: ReactNode }) {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const panel = element.current;
    if (panel && getComputedStyle(panel).position === 'fixed') panel.querySelector<HTMLElement>('button, a, input, select, textarea')?.focus();
  }, [label]);
  return (
    <aside ref={element} aria-label={label} className="rise fixed inset-0 z-30 flex flex-col overflow-y-auto bg-surface text-sm lg:static lg:z-auto lg:w-96 lg:shrink-0 lg:border-l lg:border-line">
      {children}
    </aside>
  );
}
