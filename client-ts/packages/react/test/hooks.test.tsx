import { type Client, createClient, type ExecutionView, type Page, type ScheduleView, type SiteState, State, type TaskView, type IdeaView } from '@igny8/sdk';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { type ReactNode, StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ClientProvider, useClient, useDocument, useExecutions, useIdeas, useSchedules, useSession, useTask, useTasks } from '../src/index.js';

const EMPTY: SiteState = {
  phase: 'live',
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

const task = (id: string, createdAt: number, status: TaskView['status'] = 'queued'): [string, TaskView] => [id, { id, created_at: createdAt, status } as TaskView];
const idea = (id: string, title = id) => ({ id, title }) as IdeaView;

let site: State<SiteState>;
let pages: IdeaView[][];
let reads: (string | null)[];
let client: Client;

beforeEach(() => {
  site = new State(EMPTY);
  reads = [];
  pages = [[idea('a'), idea('b')], [idea('c')]];
  const real = createClient({ baseUrl: 'http://localhost', fetch: () => Promise.reject(new Error('not asked')) });
  const ideas = (_site: string, query: { cursor?: string | null }): Promise<Page<IdeaView>> => {
    reads.push(query.cursor ?? null);
    const at = Number(query.cursor ?? 0);
    return Promise.resolve({ items: pages[at] ?? [], next_cursor: at + 1 < pages.length ? String(at + 1) : null, total: pages.flat().length });
  };
  client = {
    session: real.session,
    connection: real.connection,
    documents: real.documents,
    rest: { ...real.rest, planner: { ...real.rest.planner, ideas }, automation: { ...real.rest.automation } },
    site: () => site,
  } as unknown as Client;
});

afterEach(cleanup);

function wrapper({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={new QueryClient()}>
      <ClientProvider client={client}>{children}</ClientProvider>
    </QueryClientProvider>
  );
}

describe('live state', () => {
  it('needs a provider', () => {
    expect(() => renderHook(() => useClient())).toThrow(/ClientProvider/);
  });

  it('shows who is here', () => {
    expect(renderHook(() => useSession(), { wrapper }).result.current).toEqual({ status: 'unknown' });
  });

  it('shows tasks with their progress, the newest first', () => {
    const { result } = renderHook(() => useTasks('s'), { wrapper });
    expect(result.current).toEqual([]);
    const progress = { task: 'x', stage: 'writing', fraction: 0.5, words: 10 };
    act(() => site.set({ ...EMPTY, tasks: new Map([task('w', 1), task('x', 2, 'running')]), progress: new Map([['x', progress]]) }));
    expect(result.current.map((one) => [one.id, one.progress?.words])).toEqual([['x', 10], ['w', undefined]]);
  });

  it('renders one task again only when that task changed', () => {
    let renders = 0;
    const tasks = new Map([task('x', 1), task('y', 1)]);
    site.set({ ...EMPTY, tasks });
    const { result } = renderHook(() => (renders++, useTask('s', 'x')), { wrapper });
    const first = result.current;
    act(() => site.set({ ...site.getSnapshot(), tasks: new Map([...tasks, task('y', 1, 'running')]) }));
    expect(result.current).toBe(first);
    expect(renders).toBe(2);
    expect(renderHook(() => useTask('s', 'unknown'), { wrapper }).result.current).toBeNull();
  });
});

describe('documents', () => {
  it('are opened once, also where React mounts twice, and given back', () => {
    const inStrict = ({ children }: { children: ReactNode }) => <StrictMode>{wrapper({ children })}</StrictMode>;
    const { result, unmount } = renderHook(() => useDocument('d'), { wrapper: inStrict });
    const open = result.current;
    expect(open?.provider.status.getSnapshot().phase).toBe('connecting');
    const again = client.documents.open('d');
    expect(again).toBe(open);
    unmount();
    expect(again.provider.awareness.getLocalState()).not.toBeNull();
    client.documents.release('d');
    expect(again.provider.awareness.getLocalState()).toBeNull();
  });

  it('keep the browser from closing the page while something is unsaved', () => {
    const { result } = renderHook(() => useDocument('d'), { wrapper });
    const leave = () => globalThis.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    expect(leave()).toBe(true);
    act(() => result.current?.ydoc.getText('t').insert(0, 'x'));
    expect(leave()).toBe(false);
  });
});

describe('automations', () => {
  const drafts = (enabled: boolean) => ({ kind: 'drafts', enabled }) as ScheduleView;
  const ran = (at: number, status: ExecutionView['status']) => ({ kind: 'drafts', scheduled_at: at, status }) as ExecutionView;

  it('are read once, then followed on the stream', async () => {
    let read = 0;
    client.rest.automation.schedules = () => Promise.resolve([drafts(false), { kind: 'publish' } as ScheduleView]).finally(() => (read += 1));
    const { result } = renderHook(() => useSchedules('s'), { wrapper });
    await waitFor(() => expect(result.current.schedules).toHaveLength(2));
    act(() => site.set({ ...EMPTY, schedules: new Map([['drafts', drafts(true)]]) }));
    expect(result.current.schedules?.map((one) => one.enabled)).toEqual([true, undefined]);
    expect(read).toBe(1);
  });

  it('have a history that goes on by itself', async () => {
    client.rest.automation.executions = () => Promise.resolve({ items: [ran(7, 'running')], next_cursor: null, total: 1 });
    const { result } = renderHook(() => useExecutions('s'), { wrapper });
    await waitFor(() => expect(result.current.items.map(({ id, status }) => [id, status])).toEqual([['drafts-7', 'running']]));
    act(() => site.set({ ...EMPTY, executions: new Map([['drafts-7', ran(7, 'succeeded')]]) }));
    expect(result.current.items.map(({ id, status }) => [id, status])).toEqual([['drafts-7', 'succeeded']]);
  });
});

describe('live lists', () => {
  it('read page by page', async () => {
    const { result } = renderHook(() => useIdeas('s'), { wrapper });
    await waitFor(() => expect(result.current.items.map((one) => one.id)).toEqual(['a', 'b']));
    expect(result.current.total).toBe(3);
    await act(() => result.current.query.fetchNextPage());
    await waitFor(() => expect(result.current.items.map((one) => one.id)).toEqual(['a', 'b', 'c']));
    expect(result.current.query.hasNextPage).toBe(false);
  });

  it('show a change at once and read again for what is new', async () => {
    const { result } = renderHook(() => useIdeas('s'), { wrapper });
    await waitFor(() => expect(result.current.items).toHaveLength(2));
    pages = [[idea('new'), idea('b', 'changed')]];
    act(() => site.set({ ...EMPTY, ideas: new Map([['a', null], ['b', idea('b', 'changed')]]), revisions: { ...EMPTY.revisions, ideas: 2 } }));
    expect(result.current.items).toEqual([idea('b', 'changed')]);
    await waitFor(() => expect(result.current.items.map((one) => one.id)).toEqual(['new', 'b']));
    expect(reads).toEqual([null, null]);
  });

  it('are read again when they come back to the screen: nobody listened meanwhile', async () => {
    const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
    const kept = ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={queries}>
        <ClientProvider client={client}>{children}</ClientProvider>
      </QueryClientProvider>
    );
    const before = renderHook(() => useIdeas('s'), { wrapper: kept });
    await waitFor(() => expect(before.result.current.items).toHaveLength(2));
    before.unmount();
    pages = [[idea('made meanwhile')]];
    const after = renderHook(() => useIdeas('s'), { wrapper: kept });
    await waitFor(() => expect(after.result.current.items).toEqual([idea('made meanwhile')]));
  });

  it('do not read again for what does not concern them', async () => {
    const { result } = renderHook(() => useIdeas('s'), { wrapper });
    await waitFor(() => expect(result.current.items).toHaveLength(2));
    act(() => site.set({ ...EMPTY, revisions: { ...EMPTY.revisions, tasks: 5 } }));
    act(() => site.set({ ...EMPTY, revisions: { ...EMPTY.revisions, tasks: 6, ideas: 1 } }));
    await waitFor(() => expect(reads).toHaveLength(2));
  });
});
