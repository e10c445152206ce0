// HocuspocusProvider as npm has it: many documents on one socket, each with its own ticket.
import { HocuspocusProvider } from '@hocuspocus/provider';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';

import { article, destroyAll, hocuspocus, kept, names, notes, paragraph, socket, synced, websocket } from './guest.js';
import { holds, person, room, Server } from './server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(destroyAll);
afterAll(() => server.stop());

describe('one document', () => {
  test('is the same for two of them, y-websocket and our own', async () => {
    const ada = await person(server, 'ada');
    const ticket = await room(ada, {});
    const [one, two] = [hocuspocus(socket(server), ticket), hocuspocus(socket(server), ticket)];
    const other = websocket(server, ticket);
    const own = ada.client.documents.open(ticket.document);
    await synced(one, two, other);
    await holds('our own is synced', () => own.provider.status.getSnapshot().phase === 'synced');
    expect(one.provider.authorizedScope).toBe('read-write');

    notes(one.doc).insert(0, 'one ');
    notes(two.doc).insert(0, 'two ');
    notes(other.doc).insert(0, 'other ');
    notes(own.ydoc).insert(0, 'own ');
    const docs = [one.doc, two.doc, other.doc, own.ydoc];
    const whole = (text: string): boolean => ['one ', 'two ', 'other ', 'own '].every((word) => text.includes(word));
    await holds('all have all', () => docs.every((doc) => whole(notes(doc).toString()) && notes(doc).toString() === notes(one.doc).toString()));

    one.provider.setAwarenessField('user', { name: 'One' });
    other.provider.awareness.setLocalStateField('user', { name: 'Other' });
    own.provider.awareness.setLocalStateField('user', { name: 'Own' });
    for (const client of [one, two, other, own]) await holds('each sees all', () => names(client) === 'One Other Own');
    one.provider.destroy();
    for (const client of [two, other, own]) await holds('who leaves disappears', () => names(client) === 'Other Own');
    ada.client.documents.release(ticket.document);
    ada.client.close();
  });

  test('is an article, too, by its address alone', async () => {
    const ada = await person(server, 'ada');
    const document = await ada.client.rest.writer.createDocument(ada.site, 'A');
    const ticket = await room(ada, { kind: 'article', room: document.id });
    // As its own documentation begins; only what Node.js lacks is added.
    const configuration = { url: `${server.address.replace('http', 'ws')}/collab`, name: document.id, token: ticket.ticket };
    const one = kept(new HocuspocusProvider({ ...configuration, ...{ WebSocketPolyfill: WebSocket } }));
    const two = hocuspocus(socket(server), ticket);
    await synced({ provider: one }, two);
    paragraph(one.document, 'one');
    paragraph(two.doc, 'two');
    const whole = (text: string): boolean => text.includes('<paragraph>one</paragraph>') && text.includes('<paragraph>two</paragraph>');
    await holds('both have both', () => whole(article(one.document)) && article(one.document) === article(two.doc));
    await synced({ provider: one }, two);
  });

  test('may be open twice on one socket', async () => {
    const ada = await person(server, 'ada');
    const [ticket, line] = [await room(ada, {}), socket(server)];
    const [one, two] = [hocuspocus(line, ticket, { sessionAwareness: true }), hocuspocus(line, ticket, { sessionAwareness: true })];
    const plain = hocuspocus(line, ticket);
    await synced(one, two, plain);
    notes(one.doc).insert(0, 'one');
    await holds('the others have it', () => [two, plain].every(({ doc }) => notes(doc).toString() === 'one'));
    one.provider.setAwarenessField('user', { name: 'One' });
    two.provider.setAwarenessField('user', { name: 'Two' });
    await holds('each is somebody', () => names(plain) === 'One Two');
    one.provider.destroy();
    notes(two.doc).insert(0, 'two ');
    await holds('the others go on', () => notes(plain.doc).toString() === 'two one' && names(plain) === 'Two');
    await synced(two, plain);
  });

  test('is left and opened again on one socket', async () => {
    const ada = await person(server, 'ada');
    const [ticket, line] = [await room(ada, {}), socket(server)];
    const [one, other] = [hocuspocus(line, ticket), websocket(server, ticket)];
    await synced(one, other);
    one.provider.setAwarenessField('user', { name: 'One' });
    await holds('one is there', () => names(other) === 'One');
    one.provider.detach();
    await holds('one has left', () => names(other) === '');
    notes(one.doc).insert(0, 'away');
    one.provider.attach();
    await holds('what was written meanwhile arrives', () => notes(other.doc).toString() === 'away');
    await synced(one);
  });
});

describe('many documents on one socket', () => {
  test('have their own rights', async () => {
    const ada = await person(server, 'ada');
    const line = socket(server);
    const written = hocuspocus(line, await room(ada, { room: 'written' }));
    await room(ada, { room: 'read' });
    const read = hocuspocus(line, await room(ada, { room: 'read', rights: 'read' }));
    const wrong = hocuspocus(line, { ...(await room(ada, { room: 'other' })), name: 'wrong' });
    const none = hocuspocus(line, await room(ada, { room: 'none' }), { token: '' });
    const writer = hocuspocus(socket(server), await room(ada, { room: 'read' }));
    await synced(written, read, writer);
    await holds('two are refused', () => wrong.denied.length === 1 && none.denied.length === 1);
    expect(wrong.denied).toEqual(['ticket: the ticket is for another room']);
    expect(none.denied).toEqual(['ticket: the ticket is not one of ours']);
    expect([written, read].map(({ provider }) => provider.authorizedScope)).toEqual(['read-write', 'readonly']);

    notes(written.doc).insert(0, 'taken');
    notes(read.doc).insert(0, 'nobody sees this');
    notes(writer.doc).insert(0, 'seen');
    await holds('the reader reads', () => notes(read.doc).toString().includes('seen'));
    await holds('what was written is durable', () => written.provider.unsyncedChanges === 0);
    const late = hocuspocus(line, { ...(await room(ada, { room: 'read' })) }, { sessionAwareness: true });
    await synced(late);
    expect(notes(late.doc).toString()).toBe('seen');
    expect(read.provider.unsyncedChanges).toBe(1);
    // Also after the reader begins anew: what nobody took is never called durable.
    read.provider.forceSync();
    notes(writer.doc).insert(0, 'again ');
    await holds('the reader reads on', () => notes(read.doc).toString().includes('again'));
    expect(read.provider.unsyncedChanges).toBe(1);
    expect([...written.denied, ...written.closed, ...read.denied, ...read.closed]).toEqual([]);
  });

  test('keep poison to its sender alone', async () => {
    const ada = await person(server, 'ada');
    const document = await ada.client.rest.writer.createDocument(ada.site, 'A');
    const ticket = await room(ada, { kind: 'article', room: document.id });
    const line = socket(server);
    const [bad, beside] = [hocuspocus(line, ticket), hocuspocus(line, await room(ada, {}))];
    const [good, reader] = [hocuspocus(socket(server), ticket), websocket(server, ticket)];
    await synced(bad, beside, good, reader);
    notes(bad.doc).insert(0, 'no article has this root');
    await holds('the sender is told', () => bad.denied.length === 1 && bad.closed.length === 1);
    expect(bad.denied[0]).toContain('does not fit the schema');
    expect(bad.denied[0]).toContain('Copy your text, then reload');
    expect(bad.closed).toEqual(bad.denied);
    expect(bad.provider.synced).toBe(false);
    expect(bad.provider.hasUnsyncedChanges).toBe(true);

    paragraph(good.doc, 'goes on');
    notes(beside.doc).insert(0, 'beside');
    await holds('the others go on', () => article(reader.doc).includes('goes on'));
    await synced(good, beside);
    expect(notes(reader.doc).toString()).toBe('');
    expect([...good.denied, ...good.closed, ...beside.denied, ...beside.closed, ...reader.closed]).toEqual([]);
  });

  test('end one by one', async () => {
    const ada = await person(server, 'ada');
    const line = socket(server);
    const [ticket, stays] = [await room(ada, { room: 'goes' }), hocuspocus(line, await room(ada, { room: 'stays' }))];
    const goes = hocuspocus(line, ticket);
    await synced(goes, stays);
    await ada.client.rest.writer.deleteFreeDocument(ada.site, ticket.document);
    await holds('one is over', () => goes.closed.length === 1);
    expect(goes.denied).toEqual(['not_found: the room was deleted']);
    notes(stays.doc).insert(0, 'goes on');
    await holds('it is durable', () => stays.provider.unsyncedChanges === 0);
    expect([...stays.denied, ...stays.closed]).toEqual([]);
  });
});

describe('a ticket', () => {
  test('is renewed on the living socket, without a break', async () => {
    const ada = await person(server, 'ada');
    const line = socket(server);
    const short = { ttl_seconds: 3 };
    let fetched = 0;
    const token = async (): Promise<string> => {
      fetched += 1;
      return (await room(ada, short)).ticket;
    };
    const renewed = hocuspocus(line, await room(ada, {}), { token });
    const left = hocuspocus(line, await room(ada, { ...short, room: 'left' }));
    await synced(renewed, left);
    await holds('the other is over', () => left.denied.length === 1);
    expect(left.denied).toEqual(['ticket: the ticket is over: get a new one']);
    expect(fetched).toBeGreaterThan(1);
    notes(renewed.doc).insert(0, 'goes on');
    await holds('it is durable', () => renewed.provider.unsyncedChanges === 0);
    expect([...renewed.denied, ...renewed.closed]).toEqual([]);
    expect(renewed.provider.isAuthenticated).toBe(true);
  });

  test('that is over ends its document alone, which a new one opens again', async () => {
    const ada = await person(server, 'ada');
    const line = socket(server);
    let ttl_seconds = 1;
    const token = async (): Promise<string> => (await room(ada, { ttl_seconds })).ticket;
    const ticket = await room(ada, {});
    const stale = (await room(ada, { ttl_seconds })).ticket;
    let isFresh = false;
    const [guest, other] = [hocuspocus(line, ticket, { token: async () => (isFresh ? token() : stale) }), websocket(server, ticket)];
    await synced(guest, other);
    await holds('it is over', () => guest.denied.length === 1);
    notes(guest.doc).insert(0, 'meanwhile');
    notes(other.doc).insert(0, 'there ');
    expect(guest.provider.hasUnsyncedChanges).toBe(true);
    [isFresh, ttl_seconds] = [true, 600];
    await guest.provider.sendToken();
    await holds('both have both', () => [guest.doc, other.doc].every((doc) => ['there', 'meanwhile'].every((word) => notes(doc).toString().includes(word))));
    await holds('all is durable', () => guest.provider.unsyncedChanges === 0);
    expect(guest.denied.length).toBe(1);
  });

  test('that allows to write takes what was written while one could only read', async () => {
    const ada = await person(server, 'ada');
    const write = await room(ada, {});
    let ticket = await room(ada, { rights: 'read' });
    const [guest, other] = [hocuspocus(socket(server), ticket, { token: async () => ticket.ticket }), websocket(server, write)];
    await synced(guest, other);
    notes(guest.doc).insert(0, 'early');
    notes(other.doc).insert(0, 'there ');
    await holds('it reads', () => notes(guest.doc).toString().includes('there'));
    expect(guest.provider.unsyncedChanges).toBe(1);
    ticket = write;
    await guest.provider.sendToken();
    await holds('both have both', () => [guest.doc, other.doc].every((doc) => ['there', 'early'].every((word) => notes(doc).toString().includes(word))));
    await holds('all is durable', () => guest.provider.unsyncedChanges === 0);
    expect(guest.denied).toEqual([]);
  });
});
