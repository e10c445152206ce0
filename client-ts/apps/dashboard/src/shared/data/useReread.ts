import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';

// A run changes many things within a second: what shows their sum is read again at most this often.
const REREAD_AFTER_MS = 400;

/** Reads a query again when a stream says that what it shows has changed, and when it is looked at anew: nobody listened meanwhile. */
export function useReread(key: readonly unknown[], revision: unknown): void {
  const queries = useQueryClient();
  const seen = useRef(revision);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const latest = useRef(key);
  useEffect(() => {
    latest.current = key;
  });
  useEffect(() => {
    if (seen.current === revision) return;
    seen.current = revision;
    // One that already waits will see this change too.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: latest.current });
    }, REREAD_AFTER_MS);
  }, [queries, revision]);
  useEffect(() => void queries.invalidateQueries({ queryKey: latest.current }), [queries]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}
