import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { useSitePath, useTenantState } from '~/shared/data/workspace';
import { formatCount, formatCredits } from '~/shared/format/number';
import { useToasts } from '~/shared/overlay/ToastNotifications';

/** Says once, wherever one is, that the credits fell below a level. */
export function useLowCredits(): void {
  const { creditsLow } = useTenantState();
  const toasts = useToasts();
  const navigate = useNavigate();
  const path = useSitePath();
  const said = useRef(creditsLow);
  useEffect(() => {
    if (creditsLow === null || creditsLow === said.current) return;
    said.current = creditsLow;
    toasts.info(`Fewer than ${formatCredits(creditsLow.level)} left`, {
      detail: `${formatCount(creditsLow.left)} are there, held ones included.`,
      action: { label: 'Open billing', run: () => void navigate(path('billing')) },
    });
  }, [creditsLow, toasts, navigate, path]);
}
