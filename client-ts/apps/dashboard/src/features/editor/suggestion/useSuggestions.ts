import { useEffect, useMemo } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Editor } from '@tiptap/react';
import { useSuggestions as useSuggestionList } from '@igny8/react';
import type { DocumentProvider, SuggestionView } from '@igny8/sdk';
import { useApi, useCan, useSiteId, useTenantId } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { scrollToThread, selectThread, showSuggestions } from '../comment/mark';
import type { Comments } from '../comment/useComments';
import { isOpen, listed } from './word';

export type Suggestions = ReturnType<typeof useSuggestions>;

/** What the AI suggests for places of a draft, and what can be decided on it. Where they stand in the text and which of
 * them is chosen is known with the comments. */
export function useSuggestions(document: string, editor: Editor | null, provider: DocumentProvider, { order, selected, members }: Comments) {
  const site = useSiteId();
  const read = useSuggestionList(site, document, provider);
  const mayEdit = useCan('edit');
  const suggestions = read.data;
  const shown = useMemo(() => new Set(suggestions?.filter(isOpen).map(({ id }) => id)), [suggestions]);
  useEffect(() => {
    if (editor && !editor.isDestroyed) showSuggestions(editor, shown);
  }, [editor, shown]);
  const { open, decided } = listed(suggestions ?? [], order);
  const select = (id: string) => {
    if (!editor) return;
    selectThread(editor, id);
    scrollToThread(editor, id);
  };
  return { read, open, decided, order, selected, members, mayEdit, select, ...useDecisions(document) };
}

function useDecisions(document: string) {
  const { suggestions: api, history } = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const key = ['igny8', tenant, 'suggestions', document];
  const again = () => Promise.all([queries.invalidateQueries({ queryKey: key }), queries.invalidateQueries({ queryKey: ['igny8', tenant, 'runs', document] })]);
  const change = useMutation({
    mutationFn: (act: () => Promise<SuggestionView | void>) => act(),
    // Also after a refusal: what is on screen may be what it was refused for.
    onSettled: again,
    onError: (error) => toasts.problem(error),
  });
  return {
    busy: change.isPending,
    accept: ({ id, state, revision }: SuggestionView) => change.mutate(() => api.accept(site, document, id, state === 'changed' ? revision : undefined)),
    reject: ({ id }: SuggestionView) => change.mutate(() => api.reject(site, document, id)),
    undo: ({ id }: SuggestionView) => change.mutate(() => history.undoRun(site, document, id)),
  };
}
