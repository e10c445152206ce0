// What the server said survives its death: edits that another client has seen, and edits that a
// provider does not count as unsynced any more.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as Y from 'yjs';

import { article, destroyAll, hocuspocus, notes, paragraph, socket, synced, websocket } from './guest.js';
import { holds, person, room, Server } from './server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(destroyAll);
afterAll(() => server.stop());

/** Enough that an acknowledgement that came too early would be found out. */
const ROUNDS = 8;

describe('what y-websocket has seen', () => {
  test('is never taken back', async () => {
    const ada = await person(server, 'ada');
    const document = await ada.client.rest.writer.createDocument(ada.site, 'A');
    const tickets = [await room(ada, {}), await room(ada, { kind: 'article', room: document.id })];
    const pairs = tickets.map((ticket) => ({ writer: websocket(server, ticket), reader: websocket(server, ticket) }));
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
      const late = tickets.map((ticket) => websocket(server, ticket));
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

describe('what HocuspocusProvider counts as synced', () => {
  test('is durable', async () => {
    const ada = await person(server, 'ada');
    const ticket = await room(ada, {});
    for (let round = 0; round < ROUNDS; round += 1) {
      const line = socket(server);
      const { doc, provider } = hocuspocus(line, ticket);
      await synced({ provider });
      // The server dies at the moment at which nothing is unsynced any more, within the event.
      const dies = new Promise<void>((resolve) => {
        provider.on('unsyncedChanges', ({ number }: { number: number }) => {
          if (number === 0) resolve(server.kill());
        });
      });
      for (const word of [`round ${round}, `, 'and ', 'more. ']) notes(doc).insert(notes(doc).length, word);
      expect(provider.unsyncedChanges).toBe(3);
      await dies;
      const text = notes(doc).toString();
      provider.destroy();
      line.destroy();
      await server.up();
      const late = hocuspocus(socket(server), ticket);
      await synced(late);
      expect(notes(late.doc).toString()).toBe(text);
      destroyAll();
    }
  });

  test('is durable when it was made without the server, too', async () => {
    const ada = await person(server, 'ada');
    const ticket = await room(ada, {});
    const line = socket(server);
    const { doc, provider, counts } = hocuspocus(line, ticket);
    await synced({ provider });
    await server.kill();
    await holds('it is offline', () => !provider.isAuthenticated);
    notes(doc).insert(0, 'one ');
    notes(doc).insert(0, 'two ');
    notes(doc).delete(0, 1);
    const before = notes(doc).toString();
    counts.length = 0;
    // One more while all is on its way: it is counted, and it is the last to be acknowledged.
    provider.on('authenticated', () => notes(doc).insert(0, 'three '));
    await server.up();
    await holds('all is durable', () => counts.at(-1) === 0);
    expect(counts.slice(0, 2)).toEqual([1, 2]);
    const text = notes(doc).toString();
    expect(text).toBe(`three ${before}`);
    // It came to 0 once: never between what was made before and what was made after.
    expect(counts.filter((count) => count === 0).length).toBe(1);
    await server.kill();
    provider.destroy();
    line.destroy();
    await server.up();
    const late = hocuspocus(socket(server), ticket);
    await synced(late);
    expect(notes(late.doc).toString()).toBe(text);
  });

  test('is durable when it was made before the socket was open, too', async () => {
    const ada = await person(server, 'ada');
    const ticket = await room(ada, {});
    const doc = new Y.Doc();
    notes(doc).insert(0, 'first ');
    const early = hocuspocus(socket(server), ticket, { doc });
    // It is sent by itself once the socket is open, and again with all that the server lacks.
    notes(doc).insert(0, 'second ');
    early.provider.on('authenticated', () => notes(doc).insert(0, 'third '));
    await holds('all is durable', () => early.counts.at(-1) === 0);
    notes(doc).insert(0, 'fourth ');
    await holds('that, too', () => early.counts.at(-1) === 0);
    // One answer for each that it counts; the second was counted before it began anew.
    expect(early.counts).toEqual([1, 1, 2, 1, 0, 1, 0]);
    await server.kill();
    const text = notes(doc).toString();
    destroyAll();
    await server.up();
    const late = hocuspocus(socket(server), ticket);
    await synced(late);
    expect(notes(late.doc).toString()).toBe(text);
    expect(text).toBe('fourth third second first ');
  });
});
