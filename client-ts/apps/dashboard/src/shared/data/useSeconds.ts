import { useEffect, useState } from 'react';

/** Whole seconds until a time, counted down; null without one. */
export function useSeconds(until: number | null): number | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? null : Math.ceil((until - now) / 1000);
}
