import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { CircleAlert, CircleCheck, Info, X } from 'lucide-react';
import { IconButton } from '~/shared/ui/Button';
import { describeProblem } from '~/shared/format/problem';

interface Toast {
  id: number;
  tone: 'good' | 'bad' | 'info';
  title: string;
  detail?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

export interface Toasts {
  success: (title: string, options?: Pick<Toast, 'detail' | 'action'>) => void;
  info: (title: string, options?: Pick<Toast, 'detail' | 'action'>) => void;
  /** Something was done, and did not bring what was hoped for. */
  failure: (title: string, options?: Pick<Toast, 'detail' | 'action'>) => void;
  /** Says what happened and the next step. */
  problem: (error: unknown, action?: Toast['action']) => void;
}

// More would cover the page; the oldest goes first.
const TOASTS_MAX = 4;
const SHOWN_MS = 6000;
// A problem stays longer: it has to be read.
const PROBLEM_SHOWN_MS = 12_000;

const ToastContext = createContext<Toasts | null>(null);

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error('useToasts needs ToastNotifications above it');
  return toasts;
}

export function ToastNotifications({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Toast[]>([]);
  const next = useRef(1);
  const dismiss = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), []);
  const push = useCallback(
    (toast: Omit<Toast, 'id'>) => {
      const id = next.current++;
      setShown((all) => [...all.slice(1 - TOASTS_MAX), { ...toast, id }]);
      setTimeout(() => dismiss(id), toast.tone === 'bad' ? PROBLEM_SHOWN_MS : SHOWN_MS);
    },
    [dismiss],
  );
  const toasts = useMemo<Toasts>(
    () => ({
      success: (title, options) => push({ tone: 'good', title, ...options }),
      info: (title, options) => push({ tone: 'info', title, ...options }),
      failure: (title, options) => push({ tone: 'bad', title, ...options }),
      problem: (error, action) => {
        const { title, detail } = describeProblem(error);
        push({ tone: 'bad', title, detail, action });
      },
    }),
    [push],
  );
  return (
    <ToastContext value={toasts}>
      {children}
      <ToastList shown={shown} onDismiss={dismiss} />
    </ToastContext>
  );
}

const ICON = { good: <CircleCheck size={16} className="text-good" />, bad: <CircleAlert size={16} className="text-bad" />, info: <Info size={16} className="text-ink-3" /> };

function ToastList({ shown, onDismiss }: { shown: Toast[]; onDismiss: (id: number) => void }) {
  return (
    <div aria-live="polite" aria-relevant="additions" role="region" aria-label="Notifications" className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-90 max-w-[calc(100vw-32px)] flex-col gap-2">
      {shown.map((toast) => (
        <div key={toast.id} className="rise pointer-events-auto flex items-start gap-2.5 rounded-lg border border-line bg-surface py-2.5 pr-2 pl-3 shadow-high">
          <span className="mt-0.5 shrink-0" aria-hidden="true">
            {ICON[toast.tone]}
          </span>
          <div className="flex min-w-0 flex-1 flex-col">
            <p className="font-medium text-ink">{toast.title}</p>
            {toast.detail && <p className="text-ink-2">{toast.detail}</p>}
            {toast.action && (
              <button
                type="button"
                className="mt-1 self-start font-medium text-accent-text hover:underline"
                onClick={() => {
                  toast.action?.run();
                  onDismiss(toast.id);
                }}
              >
                {toast.action.label}
              </button>
            )}
          </div>
          <IconButton label="Dismiss" onClick={() => onDismiss(toast.id)} className="-mt-1">
            <X size={14} />
          </IconButton>
        </div>
      ))}
    </div>
  );
}
