import { CLOSE_CODE } from '@igny8/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { backoffDelay } from '../../src/connection/backoff.js';
import * as bound from '../../src/connection/bound.js';
import { CLOSE_MEANINGS } from '../../src/connection/close.js';
import { Connection } from '../../src/connection/connection.js';
import { ProblemError } from '../../src/problem.js';
import { FakeSocket } from './fake-socket.js';

let tickets = 0;
let fetchTicket: () => Promise<string>;
let connection: Connection;
let heard: string[];

/** Lets promises run; time stands still. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function live(): Promise<FakeSocket> {
  connection.start();
  await settle();
  FakeSocket.last.welcome();
  expect(connection.state).toBe('live');
  return FakeSocket.last;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.opened = [];
  tickets = 0;
  fetchTicket = () => Promise.resolve(`t${++tickets}`);
  heard = [];
  connection = new Connection({
    url: () => 'wss://example.test/ws',
    fetchTicket: () => fetchTicket(),
    socket: () => FakeSocket,
    clientName: 'test/1',
    random: () => 0.5,
  });
  connection.listen({ live: () => heard.push('live'), lost: () => heard.push('lost'), frame: (frame) => heard.push(frame.type) });
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

describe('opening', () => {
  it('offers version and ticket as subprotocols and says hello first', async () => {
    const socket = await live();
    expect(socket.protocols).toEqual(['igny8.v1', 'igny8.ticket.t1']);
    expect(socket.url).not.toContain('t1');
    expect(socket.sent).toEqual([{ type: 'hello', versions: [1], client: 'test/1', packed: true }]);
    expect(heard).toEqual(['live']);
  });

  it('walks through each state', async () => {
    const states: string[] = [];
    connection.status.subscribe(() => states.push(connection.state));
    await live();
    expect([...new Set(states)]).toEqual(['fetching_ticket', 'connecting', 'greeting', 'live']);
  });

  it('ends where the ticket is refused', async () => {
    fetchTicket = () => Promise.reject(new ProblemError({ code: 'forbidden', status: 403, title: '', detail: 'Not yours.' }));
    connection.start();
    await settle();
    expect(connection.status.getSnapshot()).toMatchObject({ state: 'closed', reason: { code: 'forbidden', message: 'Not yours.' } });
    expect(FakeSocket.opened).toHaveLength(0);
  });

  it('says of a workspace that is no longer there for somebody that they lost access to it', async () => {
    fetchTicket = () => Promise.reject(new ProblemError({ code: 'not_found', status: 404, title: '', detail: 'There is no such workspace.' }));
    connection.start();
    await settle();
    expect(connection.status.getSnapshot()).toMatchObject({ state: 'closed', reason: { code: 'revoked', message: 'You no longer have access to this workspace.' } });
  });

  it('waits as long as a busy server asks before it fetches a ticket again', async () => {
    fetchTicket = () => Promise.reject(new ProblemError({ code: 'rate_limited', status: 429, title: '', detail: '', retryAfter: 9000 }));
    connection.start();
    await settle();
    expect(connection.status.getSnapshot().retryAt).toBe(Date.now() + 9000);
  });

  it('ignores a ticket that comes after stop', async () => {
    let give: (ticket: string) => void = () => undefined;
    fetchTicket = () => new Promise((resolve) => (give = resolve));
    connection.start();
    connection.stop();
    give('late');
    await settle();
    expect(connection.state).toBe('idle');
    expect(FakeSocket.opened).toHaveLength(0);
  });

  it('gives up an attempt that takes too long', async () => {
    connection.start();
    await settle();
    await vi.advanceTimersByTimeAsync(bound.OPEN_TIMEOUT_MS);
    expect(connection.status.getSnapshot()).toMatchObject({ state: 'waiting', reason: { code: 'open_timeout' } });
    expect(FakeSocket.last.closedWith).toBe(1000);
  });

  it('ends where no version is in common', async () => {
    connection.start();
    await settle();
    FakeSocket.last.welcome(2);
    expect(connection.status.getSnapshot()).toMatchObject({ state: 'closed', reason: { code: 'version' } });
  });

  it('ends where something else speaks', async () => {
    for (const data of ['<html>', new ArrayBuffer(1)]) {
      connection.start();
      await settle();
      FakeSocket.last.open();
      FakeSocket.last.data(data);
      expect(connection.status.getSnapshot()).toMatchObject({ state: 'closed', reason: { code: 'malformed' } });
    }
  });
});

describe('losing', () => {
  it('knows every close code of the server', () => {
    for (const code of Object.values(CLOSE_CODE)) expect(CLOSE_MEANINGS[code], String(code)).toBeDefined();
  });

  it.each(Object.entries(CLOSE_MEANINGS))('close code %s', async (code, meaning) => {
    const socket = await live();
    socket.end(Number(code));
    const state = meaning.event === 'lost' ? 'waiting' : 'closed';
    expect(connection.status.getSnapshot()).toMatchObject({ state, reason: { code: meaning.name, message: meaning.message } });
    expect(heard).toEqual(['live', 'lost']);
  });

  it('comes back with a new ticket, later each time, and starts over once it was stable', async () => {
    const waits: number[] = [];
    (await live()).end(1006);
    for (let attempt = 0; attempt < 9; attempt++) {
      const { retryAt } = connection.status.getSnapshot();
      waits.push((retryAt ?? 0) - Date.now());
      await vi.advanceTimersByTimeAsync(waits.at(-1) ?? 0);
      FakeSocket.last.end(1006);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
    expect(FakeSocket.last.protocols).toContain('igny8.ticket.t10');
    connection.retryNow();
    await settle();
    FakeSocket.last.welcome();
    await vi.advanceTimersByTimeAsync(bound.STABLE_AFTER_MS);
    expect(connection.status.getSnapshot().attempts).toBe(0);
  });

  it('comes back when a server that ends has asked it to, once, and by its own count after that', async () => {
    for (const lost of [(socket: FakeSocket) => socket.end(CLOSE_CODE.service_restart, 'service_restart: the server restarts'), (socket: FakeSocket) => socket.end(1006)]) {
      const socket = await live();
      socket.say({ type: 'closing', retry_after_ms: 7340 });
      expect(connection.state).toBe('live');
      lost(socket);
      expect(connection.status.getSnapshot()).toMatchObject({ state: 'waiting', retryAt: Date.now() + 7340 });
      await vi.advanceTimersByTimeAsync(7339);
      expect(connection.state).toBe('waiting');
      await vi.advanceTimersByTimeAsync(1);
      expect(FakeSocket.last).not.toBe(socket);
      FakeSocket.last.end(1006);
      expect(connection.status.getSnapshot().retryAt).toBe(Date.now() + bound.RECONNECT_DELAY_BASE_MS);
      connection.stop();
    }
    expect(heard.filter((what) => what === 'closing')).toEqual([]);
  });

  it('ignores what an earlier socket still says', async () => {
    const first = await live();
    const late = first.onclose;
    first.end(1006);
    connection.retryNow();
    await settle();
    FakeSocket.last.welcome();
    late?.({ code: 4403, reason: '' } as never);
    expect(connection.state).toBe('live');
  });

  it('takes a silent line for dead, and anything heard for life', async () => {
    const socket = await live();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(socket.sent.at(-1)).toEqual({ type: 'ping', nonce: 1 });
    socket.say({ type: 'pong', nonce: 1 });
    await vi.advanceTimersByTimeAsync(20_000 + bound.PONG_TIMEOUT_MS - 1);
    expect(connection.state).toBe('live');
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.status.getSnapshot()).toMatchObject({ state: 'waiting', reason: { code: 'silent' } });
    expect(heard).toEqual(['live', 'lost']);
  });

  it('asks at once when the network may have changed, and believes any answer', async () => {
    const socket = await live();
    connection.probe();
    expect(socket.sent.at(-1)).toEqual({ type: 'ping', nonce: 1 });
    socket.say({ type: 'pong', nonce: 1 });
    await vi.advanceTimersByTimeAsync(bound.PROBE_TIMEOUT_MS);
    expect(connection.state).toBe('live');
    connection.probe();
    connection.probe();
    await vi.advanceTimersByTimeAsync(bound.PROBE_TIMEOUT_MS - 1);
    expect(connection.state).toBe('live');
    await vi.advanceTimersByTimeAsync(1);
    expect(connection.status.getSnapshot()).toMatchObject({ state: 'waiting', reason: { code: 'silent' } });
    connection.probe();
    expect(connection.state).toBe('waiting');
  });

  it('does not pile up what a slow line cannot carry', async () => {
    const socket = await live();
    socket.bufferedAmount = bound.SEND_BUFFER_BYTES_MAX + 1;
    expect(connection.send({ type: 'ping', nonce: 0 })).toBe(false);
    expect(connection.status.getSnapshot()).toMatchObject({ state: 'waiting', reason: { code: 'congested' } });
  });

  it('stops in peace from each state', async () => {
    connection.start();
    connection.stop();
    expect(connection.state).toBe('idle');
    const socket = await live();
    connection.stop();
    expect(connection.state).toBe('idle');
    expect(socket.closedWith).toBe(1000);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(FakeSocket.opened).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('backoffDelay', () => {
  it('stays within its bounds whatever the attempt', () => {
    for (const attempt of [0, 1, 5, 50, 5000]) {
      expect(backoffDelay(attempt, 500, 30_000, () => 0)).toBe(0);
      expect(backoffDelay(attempt, 500, 30_000, () => 0.999999)).toBeLessThanOrEqual(30_000);
    }
    expect(backoffDelay(2, 500, 30_000, () => 0.999999)).toBe(1999);
  });
});
