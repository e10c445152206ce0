import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRest } from '@igny8/react';
import type { AiRoutes, ChangeAiRoutes } from '@igny8/protocol';
import { useApi, useTenantId } from '~/shared/data/workspace';
import { changed } from './route';

/** The tenant's models with a way to change them: all are sent together, as the server takes them. */
export function useRoutes() {
  const api = useApi();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const query = useRest(['ai-routes'], (rest) => rest.settings.aiRoutes());
  const save = useMutation({
    mutationFn: (change: (routes: AiRoutes) => Partial<ChangeAiRoutes>) => {
      if (!query.data) throw new Error('the models are not read yet');
      return api.settings.changeAiRoutes(changed(query.data, change(query.data)));
    },
    onSuccess: (routes) => queries.setQueryData(['igny8', tenant, 'ai-routes'], routes),
  });
  return { query, save };
}

export type SaveRoutes = ReturnType<typeof useRoutes>['save'];
