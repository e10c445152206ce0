import { useEffect } from 'react';
import { useClient } from '@igny8/react';
import type { DocumentStatus } from '@igny8/sdk';
import { useCan } from '~/shared/data/workspace';

/** The server tells an open document at once when a role has changed: then the login is read anew, so that buttons
 * come and go with the right. */
export function useRereadRole({ phase, writable, refused }: DocumentStatus): void {
  const { session } = useClient();
  const mayEdit = useCan('edit');
  const differs = phase === 'synced' && refused === null && writable !== mayEdit;
  useEffect(() => {
    // Without an answer the buttons stay as they are, and the server refuses what is not allowed.
    if (differs) session.refresh().catch(() => undefined);
  }, [session, differs]);
}
