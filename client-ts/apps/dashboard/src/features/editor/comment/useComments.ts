import { useEffect, useMemo, useState } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEditorState, type Editor } from '@tiptap/react';
import { useRest, useSession, useThreads } from '@igny8/react';
import { waitFor, type DocumentProvider, type ThreadView } from '@igny8/sdk';
import { useApi, useCan, useSiteId, useTenantId } from '~/shared/data/workspace';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { cancelComment, commentsOf, rangeOf, scrollToThread, selectThread, showThreads, type Pending } from './mark';
import { asksFor, listed, mentionsOf, type Filter } from './thread';

export type Comments = ReturnType<typeof useComments>;

/** What is said about a draft: the threads, which of them is chosen in the text, and what can be done with them. */
export function useComments(document: string, editor: Editor | null, provider: DocumentProvider) {
  const site = useSiteId();
  const session = useSession();
  const account = session.status === 'signed_in' ? session.account.id : '';
  const read = useThreads(site, document, provider);
  const members = useRest(['members'], (rest) => rest.auth.members()).data ?? [];
  const { selected, pending, order } = useInText(editor);
  const [filter, setFilter] = useState<Filter>('open');
  const threads = read.data;
  const shown = useMemo(() => new Set(threads?.filter(({ id, resolved }) => resolved === null || id === selected).map(({ id }) => id)), [threads, selected]);
  useEffect(() => {
    if (editor && !editor.isDestroyed) showThreads(editor, shown);
  }, [editor, shown]);
  const select = (thread: string | null) => {
    if (!editor || thread === selected) return;
    selectThread(editor, thread);
    if (thread) scrollToThread(editor, thread);
  };
  // What is chosen in the text is in the list, whichever one looks at.
  const chosen = threads?.find(({ id }) => id === selected);
  useEffect(() => {
    if (chosen && !listed([chosen], filter, account, order).length) setFilter(chosen.resolved === null ? 'open' : 'resolved');
    // A thread that is resolved while it is chosen does not take the list along.
  }, [chosen?.id]);
  const open = threads?.filter(({ resolved }) => resolved === null) ?? [];
  const counts = { open: open.length, mine: open.filter((thread) => asksFor(thread, account)).length };
  const actions = useActions({ document, editor, provider, pending, members, select });
  const mayEdit = useCan('edit');
  const moderates = useCan('moderate');
  return { read, threads, members, account, selected, pending, order, filter, setFilter, select, counts, mayEdit, moderates, ...actions };
}

/** What the editor's plugin knows, as far as a screen shows it. */
function useInText(editor: Editor | null): { selected: string | null; pending: Pending | null; order: string[] } {
  const inText = useEditorState({
    editor,
    selector: ({ editor: now }) => {
      if (!now) return null;
      const { selected, pending, anchors } = commentsOf(now.state);
      return { selected, pending, order: [...anchors.keys()].join() };
    },
    equalityFn: (a, b) => a?.selected === b?.selected && a?.pending === b?.pending && a?.order === b?.order,
  });
  const order = inText?.order ?? '';
  return { selected: inText?.selected ?? null, pending: inText?.pending ?? null, order: useMemo(() => (order === '' ? [] : order.split(',')), [order]) };
}

interface Where {
  document: string;
  editor: Editor | null;
  provider: DocumentProvider;
  pending: Pending | null;
  members: Parameters<typeof mentionsOf>[1];
  select: (thread: string | null) => void;
}

function useActions({ document, editor, provider, pending, members, select }: Where) {
  const { comments: api } = useApi();
  const site = useSiteId();
  const tenant = useTenantId();
  const queries = useQueryClient();
  const toasts = useToasts();
  const confirm = useConfirm();
  const key = ['igny8', tenant, 'threads', document];
  const put = (thread: ThreadView) =>
    queries.setQueryData<ThreadView[]>(key, (before = []) => (before.some(({ id }) => id === thread.id) ? before.map((one) => (one.id === thread.id ? thread : one)) : [...before, thread]));
  const change = useMutation({ mutationFn: (act: () => Promise<ThreadView>) => act(), onSuccess: put, onError: (error) => toasts.problem(error) });
  const said = (id: string, text: string) => ({ id, text, mentions: mentionsOf(text, members) });
  return {
    /** Ids are made by whoever writes: the same once more is done once. */
    begin: async (ids: { thread: string; comment: string }, text: string) => {
      if (!editor || !pending) return;
      // The server knows the text by then.
      await waitFor(provider.status, ({ saved, refused }) => saved || refused !== null);
      put(await api.begin(site, document, { id: ids.thread, range: rangeOf(pending), comment: said(ids.comment, text) }));
      cancelComment(editor);
      select(ids.thread);
    },
    cancel: () => editor && cancelComment(editor),
    reply: async (thread: string, comment: string, text: string) => void put(await api.reply(site, document, thread, said(comment, text))),
    edit: async (thread: string, comment: string, text: string) => void put(await api.change(site, document, thread, comment, { text, mentions: mentionsOf(text, members) })),
    resolve: (thread: string) => change.mutate(() => api.resolve(site, document, thread)),
    reopen: (thread: string) => change.mutate(() => api.reopen(site, document, thread)),
    deleteComment: async (thread: string, comment: string) => {
      if (!(await confirm({ title: 'Delete this comment?', body: 'That something was said stays visible. What it was cannot be brought back.', confirm: 'Delete it', danger: true }))) return;
      change.mutate(() => api.deleteComment(site, document, thread, comment));
    },
    deleteThread: async (thread: string) => {
      if (!(await confirm({ title: 'Delete this thread?', body: 'All that was said in it goes, for everybody. To put it aside, resolve it.', confirm: 'Delete it', danger: true }))) return;
      try {
        await api.deleteThread(site, document, thread);
        queries.setQueryData<ThreadView[]>(key, (before = []) => before.filter(({ id }) => id !== thread));
      } catch (error) {
        toasts.problem(error);
      }
    },
  };
}
