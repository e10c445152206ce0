import type { ReactNode } from 'react';
import { classNames } from './classNames';

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'bad';

const SOFT: Record<Tone, string> = {
  neutral: 'bg-hover text-ink-2',
  accent: 'bg-accent-soft text-accent-text',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
};

const DOT: Record<Tone, string> = { neutral: 'bg-line-strong', accent: 'bg-accent', good: 'bg-good', warn: 'bg-warn-dot', bad: 'bg-bad' };

export function Badge({ tone = 'neutral', children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span title={title} className={classNames('inline-flex h-5 items-center rounded-sm px-1.5 text-2xs font-medium whitespace-nowrap', SOFT[tone])}>
      {children}
    </span>
  );
}

/** A status: a coloured dot and its word. The word carries the meaning, the colour only helps. */
export function StatusDot({ tone, children, live }: { tone: Tone; children?: ReactNode; live?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span className="relative inline-flex size-2 shrink-0" aria-hidden="true">
        {live && <span className={classNames('absolute inset-0 animate-ping rounded-full opacity-60', DOT[tone])} />}
        <span className={classNames('relative size-2 rounded-full', DOT[tone])} />
      </span>
      {children}
    </span>
  );
}
