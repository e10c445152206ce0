import type { StreamSnapshot, TaskView } from '@igny8/protocol';
import { describe, expect, it } from 'vitest';

import type { StreamListener } from '../../src/connection/streams.js';
import { waitFor } from '../../src/observable.js';
import { send } from '../fake-server.js';
import { eventually, useWorld } from '../world.js';

const command = { name: 'cancel_task', site: 'site-1', task: 'task-1' } as const;
const SITE = { kind: 'site', id: 'site-1' } as const;
const world = useWorld();

/** A listener that writes down what it hears. */
function recorder(): { listener: StreamListener; heard: string[] } {
  const heard: string[] = [];
  const listener: StreamListener = {
    subscribed: (snapshot) => heard.push(snapshot === null ? 'resumed' : 'snapshot'),
    events: (events) => heard.push(...events.map((event) => (event.type === 'idea_removed' ? event.id : event.type))),
    progress: (tasks) => heard.push(`progress ${tasks.length}`),
    lost: () => heard.push('lost'),
    ended: (end) => heard.push(`ended ${end.reason}`),
  };
  return { listener, heard };
}

const event = (id: string) => ({ type: 'idea_removed' as const, id });
const subscribes = () => world.server.heard.filter((frame) => frame.type === 'subscribe');

describe('r10 resume', () => {
  it('goes on from its position after the line was cut', async () => {
    world.server.snapshot = { kind: 'site' } as StreamSnapshot;
    const client = await world.client();
    const { listener, heard } = recorder();
    const subscription = client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['snapshot']));
    world.server.commit('site-1', [event('a'), event('b')]);
    await eventually(() => expect(heard).toEqual(['snapshot', 'a', 'b']));
    expect(subscription.position()).toEqual({ epoch: 1, sequence: 2 });
    world.server.killAll();
    await eventually(() => expect(heard).toEqual(['snapshot', 'a', 'b', 'lost', 'resumed']));
    expect(subscribes().at(-1)).toMatchObject({ position: { epoch: 1, sequence: 2 } });
    world.server.commit('site-1', [event('c')]);
    await eventually(() => expect(heard.at(-1)).toBe('c'));
  });

  it('takes a snapshot where the server cannot resume', async () => {
    world.server.snapshot = { kind: 'site' } as StreamSnapshot;
    const client = await world.client();
    const { listener, heard } = recorder();
    client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['snapshot']));
    world.server.resumableFrom = 100;
    world.server.killAll();
    await eventually(() => expect(heard).toEqual(['snapshot', 'lost', 'snapshot']));
  });

  it('hears nothing twice', async () => {
    const client = await world.client();
    const { listener, heard } = recorder();
    client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['resumed']));
    world.server.commit('site-1', [event('a')]);
    const at = { stream: SITE, position: { epoch: 1, sequence: 2 } };
    world.server.say(SITE, { type: 'events', at, events: [event('again')] });
    world.server.say(SITE, { type: 'events', at: { ...at, position: { epoch: 0, sequence: 9 } }, events: [event('old epoch')] });
    world.server.say(SITE, { type: 'events', at: { ...at, position: { epoch: 2, sequence: 1 } }, events: [event('new epoch')] });
    await eventually(() => expect(heard).toEqual(['resumed', 'a', 'new epoch']));
  });

  it('subscribes to what was asked for while there was no line', async () => {
    const client = await world.client();
    world.server.refuseTickets = 3;
    const lost = waitFor(client.connection.status, (status) => status.state !== 'live');
    world.server.killAll();
    await lost;
    const { listener, heard } = recorder();
    client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['resumed']));
    expect(subscribes()).toHaveLength(1);
  });
});

describe('ends', () => {
  it('asks again after resync, anew', async () => {
    const client = await world.client();
    const { listener, heard } = recorder();
    client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['resumed']));
    world.server.snapshot = { kind: 'site' } as StreamSnapshot;
    world.server.say(SITE, { type: 'stream_closed', stream: SITE, reason: 'resync' });
    await eventually(() => expect(heard).toEqual(['resumed', 'lost', 'snapshot']));
    expect(subscribes().at(-1)).toMatchObject({ position: null });
  });

  it.each(['revoked', 'gone'])('%s is for good', async (reason) => {
    const client = await world.client();
    const { listener, heard } = recorder();
    client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['resumed']));
    world.server.say(SITE, { type: 'stream_closed', stream: SITE, reason });
    await eventually(() => expect(heard.at(-1)).toBe(`ended ${reason}`));
    const lost = waitFor(client.connection.status, (status) => status.state !== 'live');
    world.server.killAll();
    await lost;
    await waitFor(client.connection.status, (status) => status.state === 'live');
    await client.command(command);
    expect(subscribes()).toHaveLength(1);
  });

  it('a refused subscription ends with the code, one with retry_after is asked again', async () => {
    const client = await world.client();
    let refusals = 1;
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'subscribe') return false;
      const later = refusals > 0;
      refusals -= 1;
      send(socket, { type: 'problem', ref: frame.ref, code: later ? 'busy' : 'not_found', message: '', retry_after_ms: later ? 1 : null });
      return true;
    };
    const { listener, heard } = recorder();
    client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['ended not_found']));
    expect(subscribes()).toHaveLength(2);
  });

  it('another tenant begins anew with a socket of its own', async () => {
    const client = await world.client();
    const { listener, heard } = recorder();
    client.subscribe(SITE, listener);
    await eventually(() => expect(heard).toEqual(['resumed']));
    client.session.selectTenant('tenant-2');
    expect(heard.at(-1)).toBe('ended signed_out');
    await waitFor(client.connection.status, (status) => status.state === 'live');
    expect(world.server.requests.at(-1)?.body).toBe('{"tenant":"tenant-2"}');
    await eventually(() => expect(world.server.sockets).toBe(1));
  });

  it('a second listener gets the state too', async () => {
    world.server.snapshot = { kind: 'site' } as StreamSnapshot;
    const client = await world.client();
    const first = recorder();
    const second = recorder();
    client.subscribe(SITE, first.listener);
    await eventually(() => expect(first.heard).toEqual(['snapshot']));
    const subscription = client.subscribe(SITE, second.listener);
    await eventually(() => expect(second.heard).toEqual(['snapshot']));
    subscription.unsubscribe();
    world.server.commit('site-1', [event('a')]);
    await eventually(() => expect(first.heard.at(-1)).toBe('a'));
    expect(second.heard).toEqual(['snapshot']);
  });
});

describe('commands', () => {
  it('resolve when done', async () => {
    const client = await world.client();
    await expect(client.command(command)).resolves.toBeUndefined();
  });

  it('say what was refused', async () => {
    const client = await world.client();
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'command') return false;
      send(socket, { type: 'problem', ref: frame.ref, code: 'conflict', message: 'It has ended.', retry_after_ms: 250 });
      return true;
    };
    await expect(client.command(command)).rejects.toMatchObject({ code: 'conflict', detail: 'It has ended.', retryAfter: 250 });
  });

  it('say that the outcome is unknown when the line is cut', async () => {
    const client = await world.client();
    world.server.intercept = (frame, socket) => {
      if (frame.type === 'command') socket.terminate();
      return frame.type === 'command';
    };
    await expect(client.command(command)).rejects.toMatchObject({ code: 'unknown_outcome' });
  });

  it('that count once are sent again, under the same key, when the line is back', async () => {
    const client = await world.client();
    let cuts = 1;
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'command') return false;
      if (cuts-- > 0) socket.terminate();
      else send(socket, { type: 'done', ref: frame.ref, tasks: [{ id: 'task-1' } as TaskView] });
      return true;
    };
    const queued = await client.queue('site-1', { kind: 'ideas', clusters: ['cluster-1'], count: 1 }, { placement: { priority: 75 } });
    expect(queued.tasks.map((task) => task.id)).toEqual(['task-1']);
    const sent = world.server.heard.flatMap((frame) => (frame.type === 'command' ? [frame.command] : []));
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[0]).toMatchObject({ name: 'queue_work', placement: { priority: 75, unique_key: null } });
    expect(sent[0]).toHaveProperty('idempotency_key', expect.stringMatching(/^[0-9a-f-]{36}$/));
  });

  it('that count once are not carried into another workspace', async () => {
    const client = await world.client();
    world.server.intercept = (frame) => frame.type === 'command';
    const queued = client.queue('site-1', { kind: 'cluster' });
    const refused = expect(queued).rejects.toMatchObject({ code: 'unknown_outcome' });
    client.session.selectTenant('tenant-2');
    await refused;
    await waitFor(client.connection.status, (status) => status.state === 'live');
    expect(world.server.heard.filter((frame) => frame.type === 'command')).toHaveLength(1);
  });

  it('are not sent without a line', async () => {
    const client = await world.client();
    client.connection.stop();
    await expect(client.command(command)).rejects.toMatchObject({ code: 'offline' });
  });
});
