import type { BatchView, PauseView, StreamEvent, StreamSnapshot, TaskView } from '@igny8/protocol';
import { describe, expect, it } from 'vitest';

import { waitFor } from '../../src/observable.js';
import { applyProgress, applySiteEvent, applySiteSnapshot, SITE_BATCHES_MAX, SITE_EMPTY, SITE_TASKS_MAX } from '../../src/site/reduce.js';
import { eventually, useWorld } from '../world.js';

const world = useWorld();

function task(id: string, status: TaskView['status'], updatedAt = 0): TaskView {
  return { id, status, updated_at: updatedAt, created_at: 0, kind: 'draft', title: id } as TaskView;
}

const balance = { settled: 600, held: 0, available: 600, spent: 0, granted: 600 };
const counts = { total: 1, new: 1, clustered: 0, in_use: 0, orphaned: 0, archived: 0 };
const snapshot = (...tasks: TaskView[]) => ({ kind: 'site', site: { id: 'site-1', name: 'Blog' }, counts, balance, tasks }) as StreamSnapshot;
const progress = (id: string) => [{ task: id, stage: 'writing', fraction: 0.5, words: 100 }];

describe('the site reducer', () => {
  it('shows progress of running tasks only', () => {
    let state = applySiteSnapshot(SITE_EMPTY, snapshot(task('a', 'running'), task('b', 'queued')));
    state = applyProgress(applyProgress(state, progress('a')), progress('b'));
    expect([...state.progress.keys()]).toEqual(['a']);
    state = applySiteEvent(state, { type: 'task_changed', task: task('a', 'succeeded') });
    expect(applyProgress(state, progress('a')).progress.size).toBe(0);
  });

  it('marks every list as old with a snapshot, and forgets what it knew', () => {
    let state = applySiteEvent(SITE_EMPTY, { type: 'idea_removed', id: 'i' });
    expect(state.ideas.get('i')).toBeNull();
    state = applySiteSnapshot(state, snapshot());
    expect(state.revisions).toEqual({ keywords: 1, clusters: 1, ideas: 2, tasks: 1, documents: 1, executions: 1, snapshots: 1 });
    expect(state.ideas.size).toBe(0);
  });

  it('keeps running tasks and forgets the oldest that ended', () => {
    let state = applySiteSnapshot(SITE_EMPTY, snapshot(task('runs', 'running', 0)));
    for (let n = 1; n <= SITE_TASKS_MAX + 5; n++) state = applySiteEvent(state, { type: 'task_changed', task: task(`t${n}`, 'succeeded', n) });
    expect(state.tasks.size).toBe(SITE_TASKS_MAX);
    expect(state.tasks.has('runs')).toBe(true);
    expect(state.tasks.has('t1')).toBe(false);
  });

  it('knows automations by their kind and executions by their instant', () => {
    const ran = (at: number, status: string) => ({ type: 'execution_changed', execution: { kind: 'drafts', scheduled_at: at, status } }) as StreamEvent;
    let state = applySiteEvent(SITE_EMPTY, { type: 'schedule_changed', schedule: { kind: 'drafts', enabled: true } } as StreamEvent);
    state = [ran(5, 'starting'), ran(6, 'starting'), ran(5, 'running')].reduce(applySiteEvent, state);
    expect(state.schedules.get('drafts')?.enabled).toBe(true);
    expect([...state.executions].map(([key, execution]) => [key, execution.status])).toEqual([
      ['drafts-6', 'starting'],
      ['drafts-5', 'running'],
    ]);
    expect(state.revisions.executions).toBe(3);
  });

  it('follows batches, pauses and the settings of the queue', () => {
    const batch = { id: 'b', title: 'Ten', status: 'open', created_at: 1, ended_at: null } as BatchView;
    const pause = { scope: 'site', kind: null, by_error_rate: false, by: null, since: 5 } as PauseView;
    let state = applySiteSnapshot(SITE_EMPTY, { ...snapshot(), batches: [batch], pauses: [pause] } as StreamSnapshot);
    expect([...state.batches.keys(), state.pauses.length]).toEqual(['b', 1]);
    state = applySiteEvent(state, { type: 'batch_changed', batch: { ...batch, status: 'finished', ended_at: 9 } });
    state = applySiteEvent(state, { type: 'pauses_changed', pauses: [] });
    expect(state.batches.get('b')?.status).toBe('finished');
    expect(state.pauses).toEqual([]);
    for (let n = 1; n <= SITE_BATCHES_MAX; n++) {
      state = applySiteEvent(state, { type: 'batch_changed', batch: { ...batch, id: `b${n}`, created_at: n + 1, ended_at: n % 2 ? n : null } });
    }
    expect(state.batches.size).toBe(SITE_BATCHES_MAX);
    expect(state.batches.has('b')).toBe(false);
    // A server of before says nothing of them.
    expect(applySiteSnapshot(state, snapshot()).batches.size).toBe(0);
  });

  it('forgets a task that is no longer at hand', () => {
    const state = applySiteEvent(applySiteSnapshot(SITE_EMPTY, snapshot(task('a', 'succeeded'))), { type: 'task_removed', id: 'a' });
    expect(state.tasks.size).toBe(0);
    expect(state.revisions.tasks).toBe(2);
  });

  it('leaves alone what a newer server may say', () => {
    expect(applySiteEvent(SITE_EMPTY, { type: 'moon_phase' } as never)).toBe(SITE_EMPTY);
  });
});

describe('the site store', () => {
  it('lives with its listeners and follows its stream', async () => {
    world.server.snapshot = snapshot(task('a', 'queued'));
    const client = await world.client();
    const store = client.site('site-1');
    expect(client.site('site-1')).toBe(store);
    const stop = store.subscribe(() => undefined);
    await eventually(() => expect(store.getSnapshot()).toMatchObject({ phase: 'live', counts, balance }));
    world.server.commit('site-1', [
      { type: 'task_changed', task: task('a', 'running') },
      { type: 'credits_changed', balance: { ...balance, held: 3, available: 597 } },
    ]);
    world.server.say({ kind: 'site', id: 'site-1' }, { type: 'progress', site: 'site-1', tasks: progress('a') });
    await eventually(() => expect(store.getSnapshot().progress.get('a')?.words).toBe(100));
    expect(store.getSnapshot().balance?.held).toBe(3);
    world.server.refuseTickets = 2;
    const offline = waitFor(store, (state) => state.phase === 'offline');
    world.server.killAll();
    await offline;
    expect(store.getSnapshot().tasks.size).toBe(1);
    await eventually(() => expect(store.getSnapshot().phase).toBe('live'));
    stop();
  });

  it('asks anew when someone looks again at what had ended', async () => {
    const client = await world.client();
    const store = client.site('site-1');
    const stop = store.subscribe(() => undefined);
    await waitFor(store, (state) => state.phase === 'live');
    const stream = { kind: 'site', id: 'site-1' } as const;
    world.server.say(stream, { type: 'stream_closed', stream, reason: 'gone' });
    await waitFor(store, (state) => state.phase === 'ended');
    stop();
    store.subscribe(() => undefined);
    await waitFor(store, (state) => state.phase === 'live');
  });

  it('ends with the login', async () => {
    const client = await world.client();
    const store = client.site('site-1');
    store.subscribe(() => undefined);
    await eventually(() => expect(store.getSnapshot().phase).toBe('live'));
    await client.session.logout();
    expect(store.getSnapshot()).toMatchObject({ phase: 'ended', ended: { reason: 'signed_out' } });
    expect(client.site('site-1')).not.toBe(store);
  });
});
