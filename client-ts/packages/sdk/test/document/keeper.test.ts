import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

import { type Client, createClient } from '../../src/client.js';
import type { SocketConstructor } from '../../src/connection/socket.js';
import * as bound from '../../src/document/bound.js';
import type { OpenDocument } from '../../src/document/pool.js';
import { savingOf } from '../../src/document/saving.js';
import { EditStore } from '../../src/document/store.js';
import { waitFor } from '../../src/observable.js';
import { send } from '../fake-server.js';
import { eventually, useWorld } from '../world.js';

const world = useWorld();
const pages: Client[] = [];
let device: IDBFactory;

beforeEach(() => {
  device = new IDBFactory();
});
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

/** A page of a person's browser: all of them share the device. */
async function page(indexedDB: IDBFactory | null = device): Promise<Client> {
  const { server } = world;
  const client = createClient({ baseUrl: server.baseUrl, fetch: server.fetch, WebSocket: WebSocket as unknown as SocketConstructor, indexedDB });
  pages.push(client);
  await client.session.login({ email: 'a@example.test', password: 'password' });
  return client;
}

async function opened(client: Client): Promise<OpenDocument & { text: Y.Text }> {
  const { ydoc, provider } = client.documents.open('doc-1');
  await waitFor(provider.status, ({ phase }) => phase === 'synced');
  return { ydoc, provider, text: ydoc.getText('t') };
}

const serverText = () => world.server.document('doc-1').getText('t').toString();
const store = () => new EditStore(device, `igny8 ${world.server.baseUrl}`);
const accountOf = (client: Client) => {
  const state = client.session.getSnapshot();
  return state.status === 'signed_in' ? state.account.id : '';
};
const rows = (client: Client) => store().read(accountOf(client), 'doc-1');

/** The line is lost, and stays lost until the function it returns is called. */
async function tunnel({ provider }: OpenDocument): Promise<() => void> {
  world.server.refuseTickets = Number.MAX_SAFE_INTEGER;
  const offline = waitFor(provider.status, ({ phase }) => phase === 'offline');
  world.server.killAll();
  await offline;
  return () => {
    world.server.refuseTickets = 0;
  };
}

/** As a crash of the browser: nothing is said to anybody. */
async function closeInTunnel(text: string): Promise<void> {
  const client = await page();
  const one = await opened(client);
  const light = await tunnel(one);
  one.text.insert(0, text);
  expect(savingOf(one.provider.status.getSnapshot())).toEqual({ state: 'kept', edits: 1 });
  await one.provider.kept();
  client.close();
  light();
}

describe('edits that are not saved', () => {
  it('r7 survive the page, and are saved by the next one', async () => {
    world.server.document('doc-1').getText('t').insert(0, 'Tea.');
    await closeInTunnel('Green ');
    world.server.document('doc-1').getText('t').insert(4, ' And coffee.');
    expect(serverText()).toBe('Tea. And coffee.');
    const next = await opened(await page());
    expect(next.text.toString()).toBe('Green Tea. And coffee.');
    await waitFor(next.provider.status, ({ saved }) => saved);
    expect(serverText()).toBe('Green Tea. And coffee.');
  });

  it('r7 survive also when they only delete', async () => {
    world.server.document('doc-1').getText('t').insert(0, 'Tea and more.');
    const client = await page();
    const one = await opened(client);
    const light = await tunnel(one);
    one.text.delete(3, 9);
    await one.provider.kept();
    client.close();
    light();
    const next = await opened(await page());
    await waitFor(next.provider.status, ({ saved }) => saved);
    expect(serverText()).toBe('Tea.');
  });

  it('are kept no longer than until they are saved', async () => {
    const client = await page();
    const one = await opened(client);
    world.server.holdDurable = true;
    one.text.insert(0, 'a');
    await one.provider.kept();
    expect(await rows(client)).toHaveLength(1);
    expect(await client.hasUnsaved()).toBe(true);
    world.server.giveDurable();
    await waitFor(one.provider.status, ({ saved }) => saved);
    await eventually(async () => expect(await rows(client)).toHaveLength(0));
    expect(await client.hasUnsaved()).toBe(false);
  });

  it('are merged when there are many, and lose none', async () => {
    const client = await page();
    const one = await opened(client);
    const light = await tunnel(one);
    const letters = 'abc'.repeat(bound.KEPT_MERGE_ROWS);
    for (const letter of letters) {
      one.text.insert(one.text.length, letter);
      await one.provider.kept();
    }
    expect((await rows(client)).length).toBeLessThanOrEqual(bound.KEPT_MERGE_ROWS);
    client.close();
    light();
    const next = await opened(await page());
    expect(next.text.toString()).toBe(letters);
    await eventually(async () => expect(await rows(client)).toHaveLength(0));
  });

  it('of two pages at once lose nothing and double nothing', async () => {
    const [first, second] = [await page(), await page()];
    const one = await opened(first);
    const light = await tunnel(one);
    one.text.insert(0, 'one ');
    await one.provider.kept();
    light();
    const two = await opened(second);
    two.text.insert(0, 'two ');
    await Promise.all([one, two].map(({ provider }) => waitFor(provider.status, ({ saved, phase }) => saved && phase === 'synced')));
    expect([...serverText().split(' ')].sort()).toEqual(['', 'one', 'two']);
    await eventually(async () => expect(await rows(first)).toHaveLength(0));
  });

  it('of an account are erased when it signs out, and of no other', async () => {
    await closeInTunnel('mine');
    await store().put('another', 'doc-1', { update: new Uint8Array(2), refused: null }, []);
    const client = await page();
    const account = accountOf(client);
    world.server.refuseTickets = Number.MAX_SAFE_INTEGER;
    await client.session.logout();
    expect(await store().count(account)).toBe(0);
    expect(await store().count('another')).toBe(1);
  });

  it('are on the page alone where the browser keeps nothing, and that is said', async () => {
    for (const nothing of [null, { open: () => { throw new Error('forbidden'); } } as unknown as IDBFactory]) {
      const one = await opened(await page(nothing));
      const light = await tunnel(one);
      one.text.insert(0, 'x');
      expect(savingOf(one.provider.status.getSnapshot())).toEqual({ state: 'on_page', edits: 1 });
      light();
      await waitFor(one.provider.status, ({ saved, phase }) => saved && phase === 'synced');
      await one.provider.kept();
      const again = await tunnel(one);
      one.text.insert(0, 'y');
      expect(savingOf(one.provider.status.getSnapshot())).toEqual({ state: 'on_page', edits: 1 });
      again();
      await waitFor(one.provider.status, ({ saved, phase }) => saved && phase === 'synced');
    }
  });
});

describe('edits that the server refuses', () => {
  /** Types something that is refused, and closes the page. */
  async function closeRefused(text: string): Promise<void> {
    const client = await page();
    const one = await opened(client);
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'document_update') return false;
      send(socket, { type: 'document_refused', document: 'doc-1', ref: frame.ref, code: 'schema', message: 'No node is named video.', state_vector: null });
      return true;
    };
    one.text.insert(0, text);
    await waitFor(one.provider.status, ({ refused }) => refused !== null);
    expect(savingOf(one.provider.status.getSnapshot())).toMatchObject({ state: 'refused', message: 'No node is named video.', edits: 1 });
    await one.provider.kept();
    client.close();
    world.server.intercept = null;
  }

  it('r8 are set aside, with the reason, and not sent again by themselves', async () => {
    await closeRefused('video');
    const next = await opened(await page());
    expect(next.text.toString()).toBe('');
    expect(next.provider.status.getSnapshot()).toMatchObject({ saved: true, writable: true, refused: null, aside: { code: 'schema' } });
    const copy = new Y.Doc();
    Y.applyUpdate(copy, next.provider.asideCopy());
    expect(copy.getText('t').toString()).toBe('video');
    next.text.insert(0, 'fine');
    await waitFor(next.provider.status, ({ saved }) => saved);
    expect(serverText()).toBe('fine');
    expect(await rows(pages[0] as Client)).toHaveLength(1);
  });

  it('are made once more, or forgotten, when a person wants it', async () => {
    await closeRefused('video');
    const client = await page();
    const next = await opened(client);
    expect(next.provider.restoreAside()).toBe(true);
    await waitFor(next.provider.status, ({ saved, aside }) => saved && aside === null);
    expect(serverText()).toBe('video');
    await eventually(async () => expect(await rows(client)).toHaveLength(0));
    next.provider.discardAside();
    expect(next.provider.restoreAside()).toBe(false);
  });

  it('are set aside too when the right to write was lost meanwhile', async () => {
    await closeInTunnel('typed by an editor');
    world.server.writable = false;
    const next = await opened(await page());
    expect(next.text.toString()).toBe('');
    await waitFor(next.provider.status, ({ aside }) => aside?.code === 'read_only');
    expect(next.provider.status.getSnapshot().refused).toBeNull();
    expect(next.provider.restoreAside()).toBe(false);
    next.provider.discardAside();
    await next.provider.kept();
    expect(await rows(pages[0] as Client)).toHaveLength(0);
  });

  it('and that stand on something the server no longer has, lock nobody out', async () => {
    const client = await page();
    const other = new Y.Doc();
    other.getText('t').insert(0, 'first');
    const vector = Y.encodeStateVector(other);
    other.getText('t').insert(5, ' second');
    await store().put(accountOf(client), 'doc-1', { update: Y.encodeStateAsUpdate(other, vector), refused: null }, []);
    const next = await opened(client);
    await waitFor(next.provider.status, ({ aside }) => aside?.code === 'gap');
    next.text.insert(0, 'goes on');
    await waitFor(next.provider.status, ({ saved }) => saved);
    expect(serverText()).toBe('goes on');
  });
});
