// y-websocket's provider and y-indexeddb as npm has them, and our SDK, in one document.
import 'fake-indexeddb/auto';

import type { Client } from '@igny8/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { IndexeddbPersistence } from 'y-indexeddb';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

import { holds, person, room, Server } from './server.js';

type Ticket = Awaited<ReturnType<typeof room>>;

let server: Server;
const open: { destroy(): void }[] = [];

beforeAll(async () => {
  server = await Server.start();
});
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});
afterAll(() => server.stop());

/** An unmodified client: what it shows of a close, and its document. */
function join(ticket: Ticket, doc = new Y.Doc()) {
  const url = `${server.address.replace('http', 'ws')}/collab`;
  const options = { params: { ticket: ticket.ticket }, WebSocketPolyfill: WebSocket as never, disableBc: true };
  const provider = new WebsocketProvider(url, ticket.name, doc, options);
  const closed: { code: number; reason: string }[] = [];
  provider.on('closed', (event) => void closed.push(event));
  open.push(provider);
  return { doc, provider, closed };
}

async function synced(...clients: { provider: WebsocketProvider }[]): Promise<void> {
  await holds('all are synced', () => clients.every(({ provider }) => provider.synced));
}

const notes = (doc: Y.Doc): Y.Text => doc.getText('notes');

function paragraph(doc: Y.Doc, text: string): void {
  const block = new Y.XmlElement('paragraph');
  block.insert(0, [new Y.XmlText(text)]);
  const article = doc.getXmlFragment('default');
  article.insert(article.length, [block]);
}

const article = (doc: Y.Doc): string => doc.getXmlFragment('default').toString();

describe('a free room', () => {
  test('is one document for unmodified clients and our own', async () => {
    const ada = await person(server, 'ada');
    const ticket = await room(ada, {});
    const [one, two] = [join(ticket), join(ticket)];
    const own = ada.client.documents.open(ticket.document);
    await synced(one, two);
    await holds('our own is synced', () => own.provider.status.getSnapshot().phase === 'synced');

    notes(one.doc).insert(0, 'one ');
    const shape = new Y.Map<unknown>([['x', 1], ['points', Y.Array.from([1, 2])]]);
    two.doc.getMap('shapes').set('a', shape);
    own.ydoc.getText('notes').insert(0, 'own ');
    const docs = [one.doc, two.doc, own.ydoc];
    const same = (): boolean => {
      const all = docs.map((doc) => JSON.stringify([doc.getText('notes').toJSON(), doc.getMap('shapes').toJSON()]));
      return all.every((text) => text === all[0] && text.includes('one ') && text.includes('own ') && text.includes('points'));
    };
    await holds('all have all', same);

    one.provider.awareness.setLocalStateField('user', { name: 'One' });
    own.provider.awareness.setLocalStateField('user', { name: 'Own' });
    const names = (states: Map<number, Record<string, unknown>>): string =>
      [...states.values()].map((state) => (state['user'] as { name?: string } | undefined)?.name ?? '').sort().join(' ').trim();
    for (const { provider } of [one, two, own]) {
      await holds('each sees both', () => names(provider.awareness.getStates()) === 'One Own');
    }
    one.provider.disconnect();
    await holds('who leaves disappears', () => names(two.provider.awareness.getStates()) === 'Own');
    close(ada.client, ticket);
  });

  test('merges what was edited offline, out of the browser\'s store', async () => {
    const ada = await person(server, 'ada');
    const ticket = await room(ada, {});
    const [away, there] = [join(ticket), join(ticket)];
    const store = new IndexeddbPersistence('board', away.doc);
    await synced(away, there);
    notes(away.doc).insert(0, 'begun. ');
    await holds('the other has it', () => notes(there.doc).toString() === 'begun. ');

    away.provider.disconnect();
    notes(away.doc).insert(notes(away.doc).length, 'away. ');
    notes(there.doc).insert(0, 'there. ');
    // The page is closed and opened again, still offline.
    await store.whenSynced;
    away.provider.destroy();
    away.doc.destroy();
    const again = new Y.Doc();
    const kept = new IndexeddbPersistence('board', again);
    open.push(kept);
    await kept.whenSynced;
    expect(notes(again).toString()).toBe('begun. away. ');
    await synced(join(ticket, again));
    for (const doc of [again, there.doc]) {
      await holds('both edits are there', () => notes(doc).toString() === 'there. begun. away. ');
    }
  });
});

describe('an article', () => {
  test('is one document for unmodified clients and our own', async () => {
    const ada = await person(server, 'ada');
    const document = await ada.client.rest.writer.createDocument(ada.site, 'A');
    const ticket = await room(ada, { kind: 'article', room: document.id });
    const [one, two] = [join(ticket), join(ticket)];
    const own = ada.client.documents.open(document.id);
    await synced(one, two);
    await holds('our own is synced', () => own.provider.status.getSnapshot().phase === 'synced');
    paragraph(one.doc, 'one');
    paragraph(two.doc, 'two');
    paragraph(own.ydoc, 'own');
    const whole = (text: string): boolean => ['one', 'two', 'own'].every((word) => text.includes(`<paragraph>${word}</paragraph>`));
    await holds('all have all', () => [one.doc, two.doc, own.ydoc].every((doc) => whole(article(doc)) && article(doc) === article(one.doc)));
    close(ada.client, ticket);
  });

  test('refuses poison to its sender alone', async () => {
    const ada = await person(server, 'ada');
    const document = await ada.client.rest.writer.createDocument(ada.site, 'A');
    const ticket = await room(ada, { kind: 'article', room: document.id });
    const [good, bad, reader] = [join(ticket), join(ticket), join(ticket)];
    await synced(good, bad, reader);
    notes(bad.doc).insert(0, 'no article has this root');
    await holds('the sender is told', () => bad.closed.length === 1);
    expect(bad.closed[0]?.code).toBe(4422);
    paragraph(good.doc, 'goes on');
    await holds('the others go on', () => article(reader.doc).includes('goes on'));
    expect(notes(reader.doc).toString()).toBe('');
    expect(good.closed).toEqual([]);
  });
});

describe('tickets', () => {
  test('for reading write nothing', async () => {
    const ada = await person(server, 'ada');
    const writer = join(await room(ada, {}));
    const reader = join(await room(ada, { rights: 'read' }));
    await synced(writer, reader);
    notes(reader.doc).insert(0, 'nobody sees this');
    notes(writer.doc).insert(0, 'seen');
    await holds('the reader reads', () => notes(reader.doc).toString().includes('seen'));
    const late = join(await room(ada, {}));
    await synced(late);
    expect(notes(late.doc).toString()).toBe('seen');
    expect(notes(writer.doc).toString()).toBe('seen');
  });

  test('that are over open nothing, and the next one does', async () => {
    const ada = await person(server, 'ada');
    const guest = join(await room(ada, { ttl_seconds: 1 }));
    await holds('it is over', () => guest.closed.length === 1);
    expect(guest.closed[0]).toEqual({ code: 4401, reason: 'ticket: the ticket is over: get a new one' });
    guest.provider.params = { ticket: (await room(ada, {})).ticket };
    guest.provider.connect();
    await synced(guest);
  });
});

describe('a crash', () => {
  test('takes back nothing that another client has seen', async () => {
    const ada = await person(server, 'ada');
    const document = await ada.client.rest.writer.createDocument(ada.site, 'A');
    const tickets = [await room(ada, {}), await room(ada, { kind: 'article', room: document.id })];
    const pairs = tickets.map((ticket) => ({ writer: join(ticket), reader: join(ticket) }));
    for (const { writer, reader } of pairs) await synced(writer, reader);
    const [free, written] = pairs as [(typeof pairs)[0], (typeof pairs)[0]];
    for (let round = 0; round < 5; round += 1) {
      notes(free.writer.doc).insert(0, `note ${round}. `);
      paragraph(written.writer.doc, `paragraph ${round}`);
      await holds('it is seen', () => notes(free.reader.doc).toString().includes(`note ${round}`) && article(written.reader.doc).includes(`paragraph ${round}`));
      await server.kill();
      // Who has seen it is gone for good, and so is who wrote it: only the server knows it now.
      const seen = [notes(free.reader.doc).toString(), article(written.reader.doc)];
      for (const { writer, reader } of pairs) [writer, reader].forEach(({ provider }) => provider.disconnect());
      await server.up();
      const late = tickets.map((ticket) => join(ticket));
      await synced(...late);
      expect([notes(late[0]!.doc).toString(), article(late[1]!.doc)]).toEqual(seen);
      for (const { provider } of late) provider.destroy();
      for (const { writer, reader } of pairs) {
        [writer, reader].forEach(({ provider }) => provider.connect());
        await synced(writer, reader);
      }
    }
    ada.client.close();
  });
});

function close(client: Client, ticket: Ticket): void {
  client.documents.release(ticket.document);
  client.close();
}
