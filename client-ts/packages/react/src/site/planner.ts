import type { ClusterView, DocumentView, IdeaView, KeywordView, ListQuery, TaskView } from '@igny8/sdk';

import { useClient } from '../client.js';
import { type LiveList, useLiveList } from './list.js';
import { useSite } from './site.js';

const ALL: ListQuery = {};

/** The site's keywords, page by page. */
export function useKeywords(site: string, query: ListQuery = ALL): LiveList<KeywordView> {
  const { rest } = useClient();
  return useLiveList({ site, list: 'keywords', query, fetchPage: (page) => rest.planner.keywords(site, page) });
}

/** The site's clusters, live. */
export function useClusters(site: string, query: ListQuery = ALL): LiveList<ClusterView> {
  const { rest } = useClient();
  const { clusters: changed } = useSite(site);
  return useLiveList({ site, list: 'clusters', query, fetchPage: (page) => rest.planner.clusters(site, page), changed });
}

/** The site's ideas, live. */
export function useIdeas(site: string, query: ListQuery = ALL): LiveList<IdeaView> {
  const { rest } = useClient();
  const { ideas: changed } = useSite(site);
  return useLiveList({ site, list: 'ideas', query, fetchPage: (page) => rest.planner.ideas(site, page), changed });
}

/** The site's documents, live. */
export function useDocuments(site: string, query: ListQuery = ALL): LiveList<DocumentView> {
  const { rest } = useClient();
  const { documents: changed } = useSite(site);
  return useLiveList({ site, list: 'documents', query, fetchPage: (page) => rest.writer.documents(site, page), changed });
}

/** All tasks, also those that ended long ago; `useTasks` needs no request. */
export function useTaskHistory(site: string, query: ListQuery = ALL): LiveList<TaskView> {
  const { rest } = useClient();
  const { tasks: changed } = useSite(site);
  return useLiveList({ site, list: 'tasks', query, fetchPage: (page) => rest.writer.tasks(site, page), changed });
}
