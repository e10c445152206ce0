import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Revisions } from '@igny8/sdk';
import { useSiteState, useTenantState } from './workspace';

// A run changes many things within a second: lists are read again at most this often.
const REREAD_AFTER_MS = 400;

/** Reads lists again when the streams say that they changed. Stands once, in the shell. */
export function useLiveLists(): void {
  const site = useSiteState();
  const { revisions } = site;
  const { creditsRevision, members } = useTenantState();
  useReread('keywords', revisions.keywords);
  useReread('clusters', revisions.clusters);
  useReread('ideas', revisions.ideas);
  useReread('tasks', revisions.tasks);
  useReread('documents', revisions.documents);
  useReread('overview', sum(revisions));
  useReread('members', members);
  useReread('balance', `${creditsRevision}:${JSON.stringify(site.balance)}`);
  useReread('ledger', `${creditsRevision}:${JSON.stringify(site.balance)}`);
}

function sum(revisions: Revisions): number {
  return Object.values(revisions).reduce((total: number, one: number) => total + one, 0);
}

function useReread(list: string, revision: unknown): void {
  const queries = useQueryClient();
  const seen = useRef(revision);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    if (seen.current === revision) return;
    seen.current = revision;
    // One that already waits will see this change too.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: [list] });
    }, REREAD_AFTER_MS);
  }, [queries, list, revision]);
  useEffect(() => () => clearTimeout(timer.current), []);
}
