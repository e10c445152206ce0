import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'react-router';
import { classNames } from './classNames';

export type ButtonKind = 'primary' | 'secondary' | 'ghost' | 'danger';

const KIND: Record<ButtonKind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border-transparent shadow-low',
  secondary: 'bg-surface text-ink border-line-strong hover:bg-hover shadow-low',
  ghost: 'bg-transparent text-ink-2 border-transparent hover:bg-hover hover:text-ink',
  danger: 'bg-surface text-bad border-line-strong hover:bg-bad-soft shadow-low',
};

const SIZE = { sm: 'h-7 px-2 text-xs gap-1', md: 'h-8 px-3 text-sm gap-1.5', lg: 'h-10 px-4 text-base gap-2' };

function look(kind: ButtonKind, size: keyof typeof SIZE, className?: string): string {
  return classNames(
    'inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap transition-colors duration-100',
    'disabled:opacity-50 disabled:shadow-none',
    KIND[kind],
    SIZE[size],
    className,
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  size?: keyof typeof SIZE;
  icon?: ReactNode;
  /** Work is on its way: the button says so and cannot be pressed again. */
  busy?: boolean;
}

export function Button({ kind = 'secondary', size = 'md', icon, busy, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={look(kind, size, className)}
    >
      {icon}
      {children}
      {busy && <span aria-hidden="true">…</span>}
    </button>
  );
}

/** A square button with an icon alone: the label is for those who cannot see it, and for the tooltip. */
export function IconButton({ label, children, className, ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={classNames(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-3 transition-colors duration-100 hover:bg-hover hover:text-ink disabled:opacity-40',
        className,
      )}
    >
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink(props: { to: string; kind?: ButtonKind; size?: keyof typeof SIZE; icon?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <Link to={props.to} className={look(props.kind ?? 'secondary', props.size ?? 'md', props.className)}>
      {props.icon}
      {props.children}
    </Link>
  );
}
