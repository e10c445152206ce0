import { useCallback } from 'react';
import { useQueryClient } from '@tanstack/react-query';

/** Makes lists old, so that what is on screen is read again. */
export function useInvalidate(): (...lists: string[]) => Promise<void> {
  const queries = useQueryClient();
  return useCallback(
    async (...lists: string[]) => {
      await Promise.all([...lists, 'overview'].map((list) => queries.invalidateQueries({ queryKey: [list] })));
    },
    [queries],
  );
}
