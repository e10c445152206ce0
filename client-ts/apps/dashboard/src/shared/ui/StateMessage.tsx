import type { ReactNode } from 'react';
import { Inbox, Lock, TriangleAlert, WifiOff } from 'lucide-react';
import { Button } from './Button';
import { describeProblem } from '~/shared/format/problem';

interface StateMessageProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  role?: 'status' | 'alert';
}

/** A whole area that has something to say instead of something to show. */
export function StateMessage({ icon, title, children, actions, role = 'status' }: StateMessageProps) {
  return (
    <div role={role} className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-16 text-center">
      {icon && <div className="flex size-10 items-center justify-center rounded-lg border border-line bg-sunken text-ink-3">{icon}</div>}
      <div className="flex flex-col gap-1">
        <h2 className="text-base font-semibold text-ink">{title}</h2>
        {children && <div className="text-sm text-balance text-ink-3">{children}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center justify-center gap-2 pt-1">{actions}</div>}
    </div>
  );
}

export function EmptyState(props: Omit<StateMessageProps, 'role'>) {
  return <StateMessage icon={<Inbox size={18} />} {...props} />;
}

/** Chooses by the error: offline, no permission, not found, or a failure with its next step. */
export function ProblemState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = describeProblem(error);
  const icon = problem.kind === 'offline' ? <WifiOff size={18} /> : problem.kind === 'forbidden' ? <Lock size={18} /> : <TriangleAlert size={18} />;
  const retry = onRetry && problem.kind !== 'forbidden' && <Button onClick={onRetry}>Try again</Button>;
  return (
    <StateMessage role="alert" icon={icon} title={problem.title} actions={retry}>
      <p>{problem.detail}</p>
      {problem.requestId && <p className="tnum mt-2 text-xs text-ink-3">Request {problem.requestId}</p>}
    </StateMessage>
  );
}
