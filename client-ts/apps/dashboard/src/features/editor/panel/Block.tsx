import type { ReactNode } from 'react';

/** A part of the panel beside the text. */
export function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2.5 px-5 py-4">
      <h2 className="text-xs font-medium text-ink-3">{title}</h2>
      {children}
    </section>
  );
}
