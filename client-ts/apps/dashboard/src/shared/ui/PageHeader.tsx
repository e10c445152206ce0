import { useEffect, type ReactNode } from 'react';

/** The first line of a page: what it is, what one can do here. Also names the browser's tab. */
export function PageHeader({ title, count, description, actions }: { title: string; count?: ReactNode; description?: ReactNode; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · IGNY8`;
  }, [title]);
  return (
    <header className="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 sm:px-6">
      <div className="flex min-w-0 items-baseline gap-2">
        <h1 className="text-lg font-semibold tracking-tight text-ink">{title}</h1>
        {count !== undefined && <span className="tnum text-sm text-ink-3">{count}</span>}
        {description && <p className="hidden truncate pl-2 text-sm text-ink-3 lg:block">{description}</p>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}

/** A titled block of a page. */
export function Section({ title, description, actions, children }: { title: string; description?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-3">
      <div className="flex min-h-7 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div>
          <h2 className="text-base font-semibold text-ink">{title}</h2>
          {description && <p className="text-sm text-ink-3">{description}</p>}
        </div>
        {actions && <div className="flex items-center gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

export function Card({ children, className = '' }: { children: ReactNode; className?: string }) {
  return <div className={`rounded-lg border border-line bg-surface ${className}`}>{children}</div>;
}
