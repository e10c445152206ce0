import { afterEach, beforeEach, vi } from 'vitest';
import { WebSocket } from 'ws';

import { type Client, createClient } from '../src/client.js';
import type { SocketConstructor } from '../src/connection/socket.js';
import { FakeServer } from './fake-server.js';

/** A server and clients that are signed in; all of it is taken down after each test. */
export interface World {
  server: FakeServer;
  /** A client whose socket is live. */
  client(): Promise<Client>;
}

/** Waits for a condition, with a deadline and no sleep of its own. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 5000, interval: 5 });

export function useWorld(): World {
  const clients: Client[] = [];
  const world = {} as World;
  beforeEach(async () => {
    world.server = await FakeServer.start();
    // Full jitter draws from 0: with 0 nothing waits.
    vi.spyOn(Math, 'random').mockReturnValue(0);
    world.client = async () => {
      const { server } = world;
      const client = createClient({ baseUrl: server.baseUrl, fetch: server.fetch, WebSocket: WebSocket as unknown as SocketConstructor });
      clients.push(client);
      await client.session.login({ email: 'a@example.test', password: 'password' });
      await eventually(() => {
        if (client.connection.state !== 'live') throw new Error(client.connection.state);
      });
      return client;
    };
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await world.server.stop();
    vi.restoreAllMocks();
  });
  return world;
}
