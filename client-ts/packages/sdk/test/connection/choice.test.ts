import { CLOSE_CODE } from '@igny8/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import * as bound from '../../src/connection/bound.js';
import { Connection, type ConnectionOptions } from '../../src/connection/connection.js';
import { FakeSocket } from './fake-socket.js';

let connection: Connection;
let hasSocket: boolean;

/** By events and requests; it does what a socket does. */
class FakeEvents extends FakeSocket {}

function make(options: Partial<ConnectionOptions> = {}): void {
  connection = new Connection({
    url: () => 'wss://example.test/ws',
    fetchTicket: () => Promise.resolve('t'),
    socket: () => (hasSocket ? FakeSocket : undefined),
    fallback: (ticket) => new FakeEvents('events', [ticket]),
    clientName: 'test/1',
    random: () => 0.5,
    ...options,
  });
}

/** Lets the next attempt come, and says by what it is made. */
async function attempt(): Promise<string> {
  const before = FakeSocket.opened.length;
  if (connection.state === 'idle') connection.start();
  else connection.retryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.opened).toHaveLength(before + 1);
  expect(connection.transport).toBe(FakeSocket.last instanceof FakeEvents ? 'sse' : 'websocket');
  return connection.transport;
}

async function lose(code = 1006): Promise<string> {
  const kind = await attempt();
  FakeSocket.last.end(code);
  return kind;
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.opened = [];
  hasSocket = true;
  make();
});

afterEach(() => {
  connection.stop();
  vi.useRealTimers();
});

describe('what carries the frames', () => {
  it('is events once two sockets in a row did not open, and the socket again after a while', async () => {
    expect([await lose(), await lose(), await attempt()]).toEqual(['websocket', 'websocket', 'sse']);
    expect(FakeSocket.last.protocols).toEqual(['t']);
    FakeSocket.last.welcome();
    expect(connection.state).toBe('live');
    vi.setSystemTime(Date.now() + bound.SSE_FOR_MS - 1);
    FakeSocket.last.end(1006);
    expect(await attempt()).toBe('sse');
    FakeSocket.last.welcome();
    vi.setSystemTime(Date.now() + bound.SSE_FOR_MS);
    FakeSocket.last.end(1006);
    expect([await lose(), await lose(), await attempt()]).toEqual(['websocket', 'websocket', 'sse']);
  });

  it('is the socket for as long as it works, however often it is lost', async () => {
    for (let round = 0; round < 4; round++) {
      expect(await attempt()).toBe('websocket');
      FakeSocket.last.welcome();
      FakeSocket.last.end(1006);
      expect(await lose()).toBe('websocket');
    }
  });

  it('is the socket where the server itself sends us away', async () => {
    for (const code of [CLOSE_CODE.try_again_later, CLOSE_CODE.ticket, CLOSE_CODE.service_restart, CLOSE_CODE.internal]) {
      expect([await lose(), await lose(code)]).toEqual(['websocket', 'websocket']);
    }
    expect(await attempt()).toBe('websocket');
  });

  it('is events where sockets open and nothing comes through', async () => {
    for (let round = 0; round < 2; round++) {
      expect(await attempt()).toBe('websocket');
      FakeSocket.last.open();
      await vi.advanceTimersByTimeAsync(bound.OPEN_TIMEOUT_MS);
      expect(connection.status.getSnapshot().reason?.code).toBe('open_timeout');
    }
    expect(await attempt()).toBe('sse');
  });

  it('is the socket again where events do no better', async () => {
    expect([await lose(), await lose(), await lose(), await lose()]).toEqual(['websocket', 'websocket', 'sse', 'websocket']);
  });

  it('is not judged while the server cannot be reached at all', async () => {
    let isReached = false;
    make({ fetchTicket: () => (isReached ? Promise.resolve('t') : new Promise(() => undefined)) });
    connection.start();
    for (let round = 0; round < 4; round++) {
      await vi.advanceTimersByTimeAsync(bound.OPEN_TIMEOUT_MS);
      expect(connection.status.getSnapshot().reason?.code).toBe('open_timeout');
      isReached = round === 2;
      if (!isReached) connection.retryNow();
    }
    expect(FakeSocket.last).not.toBeInstanceOf(FakeEvents);
  });

  it('is what was asked for, whatever comes of it', async () => {
    for (const transport of ['websocket', 'sse'] as const) {
      make({ transport });
      expect([await lose(), await lose(), await lose()]).toEqual([transport, transport, transport]);
      connection.stop();
    }
  });

  it('is events where there is no WebSocket', async () => {
    hasSocket = false;
    expect(await attempt()).toBe('sse');
  });
});
