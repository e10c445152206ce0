// y-websocket's provider and y-indexeddb as npm has them, and our SDK, in one document.
import 'fake-indexeddb/auto';

import type { Client } from '@igny8/sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';

import { article, destroyAll, kept, names, notes, paragraph, synced, websocket } from './guest.js';
import { holds, person, room, Server, type Ticket } from './server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(destroyAll);
afterAll(() => server.stop());

/** An unmodified client: what it shows of a close, and its document. */
const join = (ticket: Ticket, doc = new Y.Doc()) => websocket(server, ticket, doc);

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
    for (const client of [one, two, own]) await holds('each sees both', () => names(client) === 'One Own');
    one.provider.disconnect();
    await holds('who leaves disappears', () => names(two) === 'Own');
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
    await kept(new IndexeddbPersistence('board', again)).whenSynced;
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

function close(client: Client, ticket: Ticket): void {
  client.documents.release(ticket.document);
  client.close();
}
