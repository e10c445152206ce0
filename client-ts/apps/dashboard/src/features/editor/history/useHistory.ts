import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { VersionView } from '@igny8/protocol';
import { useApi, useSiteId, useTenantId } from '~/shared/data/workspace';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { versionTitle } from './version';

/** The versions of a draft, the latest first. */
export function useHistory(document: string) {
  const site = useSiteId();
  return useRest(['versions', document], (rest) => rest.history.versions(site, document));
}

/** Reads the versions again, and what is compared with them. */
export function useRereadHistory(document: string): () => Promise<void> {
  const queries = useQueryClient();
  const tenant = useTenantId();
  return async () => {
    await Promise.all(['versions', 'comparison'].map((key) => queries.invalidateQueries({ queryKey: ['igny8', tenant, key, document] })));
  };
}

/** What can be done with a version. */
export function useHistoryActions(document: string) {
  const api = useApi();
  const site = useSiteId();
  const confirm = useConfirm();
  const toasts = useToasts();
  const reread = useRereadHistory(document);
  const change = useMutation({ mutationFn: (act: () => Promise<void>) => act(), onSuccess: reread, onError: (error) => toasts.problem(error) });
  return {
    restore: async (version: VersionView) => {
      const body = 'What stands there now is kept as a version of its own. What others are typing stays in the text.';
      if (!(await confirm({ title: `Restore “${versionTitle(version)}”?`, body, confirm: 'Restore' }))) return;
      change.mutate(async () => {
        await api.history.restore(site, document, version.id);
        toasts.success('The version is restored', { detail: 'What stood there before is in the history.' });
      });
    },
    forget: async (version: VersionView) => {
      if (!(await confirm({ title: `Forget “${versionTitle(version)}”?`, body: 'The draft itself stays as it is. The version cannot be brought back.', confirm: 'Forget it', danger: true }))) return;
      change.mutate(() => api.history.forget(site, document, version.id));
    },
  };
}
