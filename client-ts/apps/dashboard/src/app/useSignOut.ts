import { useCallback } from 'react';
import { useClient } from '@igny8/react';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';

/** Signs out; asks first if edits would be lost by it. */
export function useSignOut(): () => Promise<void> {
  const client = useClient();
  const confirm = useConfirm();
  return useCallback(async () => {
    const body = 'Some of your edits are on this device alone: the server does not have them yet, or did not take them. Signing out erases them here. Open their drafts first, with a connection, and wait for “Saved”.';
    const lost = await client.hasUnsaved();
    if (lost && !(await confirm({ title: 'Sign out and lose unsaved edits?', body, confirm: 'Sign out and lose them', danger: true }))) return;
    await client.session.logout();
  }, [client, confirm]);
}
