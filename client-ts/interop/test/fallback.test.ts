// Our SDK where WebSockets are cut, against the real server: by events and requests it does the same.
import { type Client, createClient } from '@igny8/sdk';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';

import { destroyAll, hocuspocus, notes, socket, synced, websocket } from './guest.js';
import { holds, person, room, Server } from './server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(destroyAll);
afterAll(() => server.stop());

/** A socket that a proxy cuts: it is refused before it is open. */
class Cut extends WebSocket {
  constructor(address: string, protocols: string[]) {
    super(address.replace(/\/ws$/, '/nowhere'), protocols);
  }
}

/** The same person, with other ways to the server. */
async function behindProxy(email: string, password: string): Promise<Client> {
  let token: string | null = null;
  const tokens = { load: () => token, save: (next: string | null) => void (token = next) };
  const client = createClient({ baseUrl: server.address, tokens, WebSocket: Cut as never });
  await client.session.login({ email, password });
  return client;
}

const isLive = (client: Client) => () => client.connection.state === 'live';

test('who has no socket writes with those who have, over a restart of the server', async () => {
  const password = crypto.randomUUID();
  const ada = await person(server, 'ada', password);
  const state = ada.client.session.getSnapshot();
  if (state.status !== 'signed_in') throw new Error('ada is signed in');
  const far = await behindProxy(state.account.email, password);
  const ticket = await room(ada, {});
  const own = ada.client.documents.open(ticket.document);
  const other = far.documents.open(ticket.document);
  const guest = websocket(server, ticket);
  const many = hocuspocus(socket(server), ticket);
  await synced(guest, many);
  await holds('both are live', () => isLive(ada.client)() && isLive(far)());
  expect([ada.client.connection.transport, far.connection.transport]).toEqual(['websocket', 'sse']);
  const text = (): string[] => [own.ydoc, other.ydoc, guest.doc, many.doc].map((doc) => notes(doc).toString());
  const allHave = (expected: string) => holds(`all have ${expected}`, () => text().every((one) => one === expected));

  await holds('both have joined', () => [own, other].every(({ provider }) => provider.status.getSnapshot().phase === 'synced'));
  notes(other.ydoc).insert(0, 'far ');
  await holds('it is saved', () => other.provider.status.getSnapshot().saved);
  await allHave('far ');
  notes(own.ydoc).insert(4, 'near ');
  await allHave('far near ');

  // It ends in an orderly manner: everybody is sent away, and comes back without being asked to.
  const said: number[] = [];
  guest.provider.on('connection-close', (event: { code: number } | null) => said.push(event?.code ?? 0));
  const codes: string[] = [];
  for (const client of [ada.client, far]) client.connection.status.subscribe(() => codes.push(client.connection.status.getSnapshot().reason?.code ?? ''));
  await server.kill('SIGTERM');
  expect(said[0]).toBe(1012);
  expect(codes.filter((code) => code === 'service_restart').length).toBeGreaterThanOrEqual(2);
  notes(other.ydoc).insert(9, 'offline ');
  expect(other.provider.status.getSnapshot().saved).toBe(false);
  await server.up();
  await holds('it is saved', () => other.provider.status.getSnapshot().saved);
  await allHave('far near offline ');
  for (const client of [ada.client, far]) client.documents.release(ticket.document);
  for (const client of [ada.client, far]) client.close();
});
