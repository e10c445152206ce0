import type {
  AutomationKind,
  BalanceView,
  BatchView,
  ClusterView,
  DocumentView,
  ExecutionView,
  IdeaView,
  KeywordCounts,
  MemberView,
  PauseView,
  QueueSettings,
  ScheduleView,
  SiteView,
  StreamEvent,
  StreamSnapshot,
  TaskProgress,
  TaskView,
  TenantView,
} from '@igny8/protocol';

/** Ended tasks beyond this are forgotten, the oldest first; lists of them come from REST. */
export const SITE_TASKS_MAX = 1000;
/** Clusters, ideas and documents that changed while we listened; beyond this the oldest are forgotten. */
export const SITE_CHANGED_MAX = 2000;

/** Ended batches beyond this are forgotten, the oldest first; lists of them come from REST. */
export const SITE_BATCHES_MAX = 200;

/** How often each list changed: whoever shows one by REST reads it again when its number grows. */
export interface Revisions {
  keywords: number;
  clusters: number;
  ideas: number;
  tasks: number;
  documents: number;
  executions: number;
  /** Whatever changed before is forgotten with it. */
  snapshots: number;
}

/** What a site's stream tells. Never changed in place. */
export interface SiteState {
  /** `connecting` until the first snapshot; `offline` keeps showing what was known. */
  phase: 'connecting' | 'live' | 'offline' | 'ended';
  /** Why it ended. */
  ended: { reason: string; message: string } | null;
  site: SiteView | null;
  counts: KeywordCounts | null;
  /** The site's slice of the tenant's credits. */
  balance: BalanceView | null;
  tasks: ReadonlyMap<string, TaskView>;
  /** Of running tasks only. */
  progress: ReadonlyMap<string, TaskProgress>;
  /** Batches that have not ended, and the latest that have. */
  batches: ReadonlyMap<string, BatchView>;
  /** What is paused: of the tenant, the site and its kinds. */
  pauses: readonly PauseView[];
  /** The settings of the queue; null until they change: read them by REST. */
  queueSettings: QueueSettings | null;
  /** Clusters that changed since the snapshot, null for removed ones; laid over lists from REST. */
  clusters: ReadonlyMap<string, ClusterView | null>;
  /** Likewise. */
  ideas: ReadonlyMap<string, IdeaView | null>;
  /** Likewise. */
  documents: ReadonlyMap<string, DocumentView>;
  /** Automations that were set or planned since the snapshot. */
  schedules: ReadonlyMap<AutomationKind, ScheduleView>;
  /** Executions that went on since the snapshot, by `executionKey`. */
  executions: ReadonlyMap<string, ExecutionView>;
  revisions: Revisions;
}

export const SITE_EMPTY: SiteState = {
  phase: 'connecting',
  ended: null,
  site: null,
  counts: null,
  balance: null,
  tasks: new Map(),
  progress: new Map(),
  batches: new Map(),
  pauses: [],
  queueSettings: null,
  clusters: new Map(),
  ideas: new Map(),
  documents: new Map(),
  schedules: new Map(),
  executions: new Map(),
  revisions: { keywords: 0, clusters: 0, ideas: 0, tasks: 0, documents: 0, executions: 0, snapshots: 0 },
};

/** A snapshot replaces everything and makes every list old. */
export function applySiteSnapshot(state: SiteState, snapshot: StreamSnapshot): SiteState {
  if (snapshot.kind !== 'site') return state;
  const before = state.revisions;
  return {
    ...SITE_EMPTY,
    phase: 'live',
    site: snapshot.site,
    counts: snapshot.counts,
    balance: snapshot.balance,
    tasks: new Map(snapshot.tasks.map((task) => [task.id, task])),
    // Servers of before do not say these.
    batches: new Map((snapshot.batches ?? []).map((batch) => [batch.id, batch])),
    pauses: snapshot.pauses ?? [],
    revisions: {
      keywords: before.keywords + 1,
      clusters: before.clusters + 1,
      ideas: before.ideas + 1,
      tasks: before.tasks + 1,
      documents: before.documents + 1,
      executions: before.executions + 1,
      snapshots: before.snapshots + 1,
    },
  };
}

/** One event; what a newer server may add is left alone. */
export function applySiteEvent(state: SiteState, event: StreamEvent): SiteState {
  switch (event.type) {
    case 'keywords_changed':
      return { ...state, counts: event.counts, revisions: grown(state, 'keywords') };
    case 'cluster_changed':
      return { ...state, clusters: put(state.clusters, event.cluster.id, event.cluster), revisions: grown(state, 'clusters') };
    case 'cluster_removed':
      return { ...state, clusters: put(state.clusters, event.id, null), revisions: grown(state, 'clusters') };
    case 'idea_changed':
      return { ...state, ideas: put(state.ideas, event.idea.id, event.idea), revisions: grown(state, 'ideas') };
    case 'idea_removed':
      return { ...state, ideas: put(state.ideas, event.id, null), revisions: grown(state, 'ideas') };
    case 'task_changed':
      return applyTask(state, event.task);
    case 'task_removed':
      return removeTask(state, event.id);
    case 'batch_changed':
      return { ...state, batches: putBatch(state.batches, event.batch) };
    case 'pauses_changed':
      return { ...state, pauses: event.pauses };
    case 'queue_settings_changed':
      return { ...state, queueSettings: event.settings };
    case 'schedule_changed':
      return { ...state, schedules: new Map(state.schedules).set(event.schedule.kind, event.schedule) };
    case 'execution_changed':
      return { ...state, executions: put(state.executions, executionKey(event.execution), event.execution), revisions: grown(state, 'executions') };
    case 'document_changed':
      return { ...state, documents: put(state.documents, event.document.id, event.document), revisions: grown(state, 'documents') };
    case 'credits_changed':
      return { ...state, balance: event.balance };
    case 'site_changed':
      return { ...state, site: event.site };
    default:
      return state;
  }
}

/** What names an execution: its automation and its instant. */
export function executionKey({ kind, scheduled_at }: Pick<ExecutionView, 'kind' | 'scheduled_at'>): string {
  return `${kind}-${scheduled_at}`;
}

/** Progress counts only for tasks that run: a late frame must not revive one that has ended. */
export function applyProgress(state: SiteState, latest: readonly TaskProgress[]): SiteState {
  const running = latest.filter(({ task }) => state.tasks.get(task)?.status === 'running');
  if (running.length === 0) return state;
  const progress = new Map(state.progress);
  for (const one of running) progress.set(one.task, one);
  return { ...state, progress };
}

function applyTask(state: SiteState, task: TaskView): SiteState {
  const tasks = new Map(state.tasks);
  tasks.set(task.id, task);
  if (tasks.size > SITE_TASKS_MAX) forgetOldest(tasks);
  let { progress } = state;
  if (task.status !== 'running' && progress.has(task.id)) {
    const rest = new Map(progress);
    rest.delete(task.id);
    progress = rest;
  }
  return { ...state, tasks, progress, revisions: grown(state, 'tasks') };
}

function removeTask(state: SiteState, id: string): SiteState {
  const tasks = new Map(state.tasks);
  const progress = new Map(state.progress);
  tasks.delete(id);
  progress.delete(id);
  return { ...state, tasks, progress, revisions: grown(state, 'tasks') };
}

function putBatch(batches: SiteState['batches'], batch: BatchView): SiteState['batches'] {
  const changed = new Map(batches);
  changed.set(batch.id, batch);
  if (changed.size > SITE_BATCHES_MAX) {
    const ended = [...changed.values()].filter((one) => one.ended_at !== null).sort((a, b) => a.created_at - b.created_at);
    for (const one of ended.slice(0, changed.size - SITE_BATCHES_MAX)) changed.delete(one.id);
  }
  return changed;
}

const ENDED: ReadonlySet<TaskView['status']> = new Set(['succeeded', 'failed', 'cancelled', 'dead']);

/** True once nothing more happens to a task by itself. */
export function isEnded(task: TaskView): boolean {
  return ENDED.has(task.status);
}

function forgetOldest(tasks: Map<string, TaskView>): void {
  const ended = [...tasks.values()].filter(isEnded).sort((a, b) => a.updated_at - b.updated_at);
  for (const task of ended.slice(0, tasks.size - SITE_TASKS_MAX)) tasks.delete(task.id);
}

function put<T>(map: ReadonlyMap<string, T>, id: string, value: T): ReadonlyMap<string, T> {
  const changed = new Map(map);
  // Set anew, so that the map's order is the order of change.
  changed.delete(id);
  changed.set(id, value);
  const oldest = changed.keys().next();
  if (changed.size > SITE_CHANGED_MAX && !oldest.done) changed.delete(oldest.value);
  return changed;
}

function grown(state: SiteState, list: keyof Revisions): Revisions {
  return { ...state.revisions, [list]: state.revisions[list] + 1 };
}

/** What a tenant's stream tells. */
export interface TenantState {
  phase: SiteState['phase'];
  ended: SiteState['ended'];
  tenant: TenantView | null;
  sites: readonly SiteView[];
  /** Members that changed since the snapshot. */
  members: ReadonlyMap<string, MemberView>;
  /** The pause of all work; null while work goes on; undefined until it changes: read it by REST. */
  workPause: PauseView | null | undefined;
  /** At the snapshot: the tenant's part plus all slices. Events of this stream carry the tenant's own part. */
  balance: BalanceView | null;
  /** Grows whenever credits moved: the whole sum is read again by REST. */
  creditsRevision: number;
  /** The latest crossing of a level that was told while listening. */
  creditsLow: { level: number; left: number } | null;
}

export const TENANT_EMPTY: TenantState = {
  phase: 'connecting',
  ended: null,
  tenant: null,
  sites: [],
  members: new Map(),
  workPause: undefined,
  balance: null,
  creditsRevision: 0,
  creditsLow: null,
};

export function applyTenantSnapshot(state: TenantState, snapshot: StreamSnapshot): TenantState {
  if (snapshot.kind !== 'tenant') return state;
  const { tenant, sites, balance } = snapshot;
  return { ...TENANT_EMPTY, phase: 'live', tenant, sites, balance, creditsRevision: state.creditsRevision + 1 };
}

export function applyTenantEvent(state: TenantState, event: StreamEvent): TenantState {
  switch (event.type) {
    case 'tenant_changed':
      return { ...state, tenant: event.tenant };
    case 'site_changed':
      return { ...state, sites: [...state.sites.filter((site) => site.id !== event.site.id), event.site] };
    case 'member_changed':
      return { ...state, members: put(state.members, event.member.account, event.member) };
    case 'pauses_changed':
      return { ...state, workPause: event.pauses[0] ?? null };
    case 'credits_changed':
      return { ...state, creditsRevision: state.creditsRevision + 1 };
    case 'credits_low':
      return { ...state, creditsLow: { level: event.level, left: event.left } };
    default:
      return state;
  }
}
