import { useEffect, type ReactNode } from 'react';
import { Wordmark } from './Wordmark';

/** The page around signing in. */
export function AuthFrame({ title, text, children, foot }: { title: string; text: string; children: ReactNode; foot: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · IGNY8`;
  }, [title]);
  return (
    <main className="flex min-h-screen items-center justify-center bg-sunken px-4 py-12">
      <div className="flex w-full max-w-sm flex-col gap-6">
        <Wordmark />
        <div className="rounded-xl border border-line bg-surface p-6 shadow-low">
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          <p className="mb-5 text-ink-3">{text}</p>
          {children}
        </div>
        <p className="text-center text-ink-3">{foot}</p>
      </div>
    </main>
  );
}
