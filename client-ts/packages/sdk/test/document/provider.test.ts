import type { ClientFrame } from '@igny8/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';

import type { Client } from '../../src/client.js';
import * as bound from '../../src/document/bound.js';
import { DocumentProvider } from '../../src/document/provider.js';
import { waitFor } from '../../src/observable.js';
import { send } from '../fake-server.js';
import { eventually, useWorld } from '../world.js';

const world = useWorld();
const providers: DocumentProvider[] = [];

afterEach(() => {
  for (const provider of providers.splice(0)) provider.destroy();
});

interface Author {
  client: Client;
  provider: DocumentProvider;
  text: Y.Text;
}

async function author(ydoc = new Y.Doc()): Promise<Author> {
  const client = await world.client();
  const provider = new DocumentProvider(client, 'doc-1', ydoc);
  providers.push(provider);
  await waitFor(provider.status, (status) => status.phase === 'synced');
  return { client, provider, text: ydoc.getText('t') };
}

const status = (one: Author) => one.provider.status.getSnapshot();
const serverText = () => world.server.document('doc-1').getText('t').toString();
const saved = (one: Author) => waitFor(one.provider.status, (now) => now.saved && now.phase === 'synced');
const updates = () => world.server.heard.filter((frame): frame is Extract<ClientFrame, { type: 'document_update' }> => frame.type === 'document_update');

/** Loses the next frame of a kind on its way to the server. */
function loseNext(type: ClientFrame['type'], count = 1): void {
  let left = count;
  world.server.intercept = (frame) => frame.type === type && left-- > 0;
}

/** Cuts all lines and keeps them cut until the function it returns is called. */
async function cut(...authors: Author[]): Promise<() => void> {
  world.server.refuseTickets = Number.MAX_SAFE_INTEGER;
  const offline = authors.map((one) => waitFor(one.provider.status, (now) => now.phase === 'offline'));
  world.server.killAll();
  await Promise.all(offline);
  return () => {
    world.server.refuseTickets = 0;
  };
}

describe('editing together', () => {
  it('brings both to the same text', async () => {
    const [ada, bob] = [await author(), await author()];
    ada.text.insert(0, 'Hello');
    await eventually(() => expect(bob.text.toString()).toBe('Hello'));
    bob.text.insert(5, ' world');
    ada.text.insert(0, '> ');
    await eventually(() => expect([ada.text.toString(), bob.text.toString(), serverText()]).toEqual(Array(3).fill('> Hello world')));
  });

  it('gives the whole text to whoever comes later', async () => {
    world.server.document('doc-1').getText('t').insert(0, 'already here');
    const ada = await author();
    expect(ada.text.toString()).toBe('already here');
    expect(updates()).toHaveLength(0);
  });

  it('gives the server what a preloaded document has', async () => {
    const ydoc = new Y.Doc();
    ydoc.getText('t').insert(0, 'from before');
    const ada = await author(ydoc);
    await saved(ada);
    expect(serverText()).toBe('from before');
  });
});

describe('r7 saved', () => {
  it('says saved only when the server said durable', async () => {
    const ada = await author();
    world.server.holdDurable = true;
    ada.text.insert(0, 'a');
    ada.text.insert(1, 'b');
    await eventually(() => expect(serverText()).toBe('ab'));
    expect(status(ada)).toMatchObject({ saved: false, unsaved: 2 });
    world.server.giveDurable();
    await saved(ada);
    expect(status(ada).unsaved).toBe(0);
  });

  it('numbers edits upwards', async () => {
    const ada = await author();
    for (const letter of 'abc') ada.text.insert(ada.text.length, letter);
    await saved(ada);
    expect(updates().map((frame) => frame.ref)).toEqual([1, 2, 3]);
  });

  it('merges what waits behind a slow server, and loses none of it', async () => {
    const ada = await author();
    world.server.holdDurable = true;
    for (let n = 0; n < 500; n++) ada.text.insert(n, 'x');
    await eventually(() => expect(updates()).toHaveLength(bound.IN_FLIGHT_MAX));
    expect(status(ada).unsaved).toBe(500);
    world.server.giveDurable();
    await saved(ada);
    expect(serverText()).toBe('x'.repeat(500));
    expect(updates().length).toBeLessThan(2 * bound.IN_FLIGHT_MAX);
  });

  it('sends again what was not durable when the line was cut', async () => {
    const ada = await author();
    loseNext('document_update');
    ada.text.insert(0, 'lost on the way');
    await eventually(() => expect(updates()).toHaveLength(1));
    const back = await cut(ada);
    expect(status(ada)).toMatchObject({ saved: false, unsaved: 1 });
    back();
    await saved(ada);
    expect(serverText()).toBe('lost on the way');
  });

  it('brings offline work of both sides together, deletions too', async () => {
    const [ada, bob] = [await author(), await author()];
    ada.text.insert(0, 'one two three');
    await eventually(() => expect(bob.text.toString()).toBe('one two three'));
    await Promise.all([saved(ada), saved(bob)]);
    const back = await cut(ada, bob);
    ada.text.delete(0, 4);
    bob.text.insert(13, ' four');
    expect([status(ada).saved, status(bob).saved]).toEqual([false, false]);
    back();
    await Promise.all([saved(ada), saved(bob)]);
    await eventually(() => expect([ada.text.toString(), bob.text.toString(), serverText()]).toEqual(Array(3).fill('two three four')));
  });
});

describe('r8 gaps', () => {
  it('an edit lost on the way to the server is sent again, once, however many followed it', async () => {
    const ada = await author();
    loseNext('document_update');
    const letters = 'abcdefghijklmnopqrst';
    for (const letter of letters) ada.text.insert(ada.text.length, letter);
    await saved(ada);
    expect(serverText()).toBe(letters);
    expect(status(ada).refused).toBeNull();
    expect(updates()).toHaveLength(letters.length + 1);
  });

  it('an edit lost on the way to us is asked for', async () => {
    const [ada, bob] = [await author(), await author()];
    world.server.copies = () => 0;
    ada.text.insert(0, 'a');
    await saved(ada);
    world.server.copies = () => 1;
    ada.text.insert(1, 'b');
    await eventually(() => expect(bob.text.toString()).toBe('ab'));
    expect(world.server.heard.some((frame) => frame.type === 'document_sync')).toBe(true);
  });

  it('an edit that comes twice counts once', async () => {
    const [ada, bob] = [await author(), await author()];
    world.server.copies = () => 3;
    ada.text.insert(0, 'once');
    await eventually(() => expect(bob.text.toString()).toBe('once'));
    ada.text.insert(4, '!');
    await eventually(() => expect(bob.text.toString()).toBe('once!'));
  });

  it('a server that never has enough ends in a refusal, not in a loop', async () => {
    const ada = await author();
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'document_update') return false;
      send(socket, { type: 'document_refused', document: 'doc-1', ref: frame.ref, code: 'gap', message: 'Never enough.', state_vector: new Uint8Array([0]) });
      return true;
    };
    ada.text.insert(0, 'a');
    const { refused } = await waitFor(ada.provider.status, (now) => now.refused !== null);
    expect(refused?.code).toBe('gap');
    expect(updates()).toHaveLength(bound.GAPS_MAX + 1);
  });
});

describe('r8 refusals', () => {
  it('a refused author stays read-only and keeps the text as a fork; the others notice nothing', async () => {
    const [ada, bob] = [await author(), await author()];
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'document_update') return false;
      send(socket, { type: 'document_refused', document: 'doc-1', ref: frame.ref, code: 'schema', message: 'Not of this schema.' } as never);
      return true;
    };
    ada.text.insert(0, 'not allowed');
    await waitFor(ada.provider.status, (now) => now.refused !== null);
    expect(status(ada)).toMatchObject({ refused: { code: 'schema', message: 'Not of this schema.' }, writable: false, saved: false });
    world.server.intercept = null;
    const count = updates().length;
    ada.text.insert(0, 'still ');
    bob.text.insert(0, 'fine');
    await saved(bob);
    await eventually(() => expect(ada.text.toString()).toContain('fine'));
    const back = await cut(ada, bob);
    back();
    await waitFor(ada.provider.status, (now) => now.phase === 'synced');
    expect(updates().length).toBe(count + 1);
    expect(serverText()).toBe('fine');
    const fork = new Y.Doc();
    Y.applyUpdate(fork, ada.provider.fork());
    expect(fork.getText('t').toString()).toContain('still not allowed');
  });

  it('a busy server refuses nothing for good', async () => {
    const ada = await author();
    let busy = 3;
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'document_update' || busy-- <= 0) return false;
      send(socket, { type: 'document_refused', document: 'doc-1', ref: frame.ref, code: 'busy', message: 'In a moment.' } as never);
      return true;
    };
    ada.text.insert(0, 'one ');
    ada.text.insert(4, 'two');
    await eventually(() => expect(serverText()).toBe('one two'));
    await saved(ada);
    expect(status(ada)).toMatchObject({ refused: null, writable: true });
  });

  it.each(['before', 'after'])('edits on their way when the server closed the stream are saved, refused %s the close', async (order) => {
    const ada = await author();
    const stream = { kind: 'document' as const, id: 'doc-1' };
    let closed = 0;
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'document_update' || closed > 2) return false;
      closed += 1;
      const frames = [
        { type: 'document_refused' as const, document: 'doc-1', ref: frame.ref, code: 'not_open', message: 'Open it again.' } as never,
        { type: 'stream_closed' as const, stream, reason: 'resync' },
      ];
      for (const one of order === 'before' ? frames : frames.reverse()) send(socket, one);
      return true;
    };
    for (const letter of 'abc') ada.text.insert(ada.text.length, letter);
    await eventually(() => expect(serverText()).toBe('abc'));
    await saved(ada);
    expect(status(ada)).toMatchObject({ refused: null, writable: true });
  });

  it('a viewer is told so and sends nothing', async () => {
    world.server.writable = false;
    const ada = await author();
    expect(status(ada)).toMatchObject({ writable: false, saved: true, refused: null });
    ada.text.insert(0, 'x');
    expect(status(ada)).toMatchObject({ refused: { code: 'read_only' }, saved: false });
    expect(updates()).toHaveLength(0);
  });

  it('an edit that no server would take is refused here', async () => {
    const ada = await author();
    ada.text.insert(0, 'x'.repeat(bound.UPDATE_BYTES_MAX));
    expect(status(ada)).toMatchObject({ refused: { code: 'too_large' }, saved: false });
    expect(updates()).toHaveLength(0);
  });

  it('ends when the right is lost', async () => {
    const ada = await author();
    const stream = { kind: 'document' as const, id: 'doc-1' };
    world.server.say(stream, { type: 'stream_closed', stream, reason: 'revoked' });
    const { ended } = await waitFor(ada.provider.status, (now) => now.phase === 'ended');
    expect(ended?.reason).toBe('revoked');
  });

  it('ends when the whole line is refused: it does not look as if it came back', async () => {
    const ada = await author();
    world.server.holdDurable = true;
    ada.text.insert(0, 'typed in vain');
    world.server.closeAll(4403, 'revoked: You are no longer a member of this workspace.');
    const now = await waitFor(ada.provider.status, ({ phase }) => phase === 'ended');
    expect(now).toMatchObject({ writable: false, saved: false, ended: { reason: 'revoked', message: 'You are no longer a member of this workspace.' } });
    expect(ada.text.toString()).toBe('typed in vain');
  });

  it('one document has one provider per client', async () => {
    const ada = await author();
    expect(() => new DocumentProvider(ada.client, 'doc-1', new Y.Doc())).toThrow(/already has a provider/);
  });
});

describe('presence', () => {
  const names = (one: Author) => [...one.provider.awareness.getStates().values()].map((state) => state['name'] as string | undefined).sort();

  it('reaches those who are here and those who come, and ends with the line and with the provider', async () => {
    const ada = await author();
    ada.provider.awareness.setLocalState({ name: 'Ada' });
    const bob = await author();
    bob.provider.awareness.setLocalState({ name: 'Bob' });
    await eventually(() => expect([names(ada), names(bob)]).toEqual([['Ada', 'Bob'], ['Ada', 'Bob']]));
    const back = await cut(ada, bob);
    expect([names(ada), names(bob)]).toEqual([['Ada'], ['Bob']]);
    back();
    await eventually(() => expect([names(ada), names(bob)]).toEqual([['Ada', 'Bob'], ['Ada', 'Bob']]));
    // Bob stays while Ada is away for a moment and comes back without having moved.
    ada.client.connection.stop();
    await eventually(() => expect(names(bob)).toEqual(['Bob']));
    ada.client.connection.start();
    await eventually(() => expect(names(bob)).toEqual(['Ada', 'Bob']));
    bob.provider.destroy();
    await eventually(() => expect(names(ada)).toEqual(['Ada']));
  });
});

describe('any weather', () => {
  /** A small generator with a seed, so that a failure can be repeated. */
  function chance(seed: number): (below: number) => number {
    let state = seed;
    return (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  /** A lost deletion leaves no gap that anyone could see; a line that lives loses none, so here it
   * is only lost together with the line. */
  const deletes = (update: Uint8Array): boolean => Y.decodeUpdate(update).ds.clients.size > 0;

  it.each([1, 2, 3, 4, 5, 6])('all are equal and saved at the end, seed %i', async (seed) => {
    const roll = chance(seed);
    const authors = [await author(), await author(), await author()];
    world.server.intercept = (frame, socket) => {
      if (frame.type !== 'document_update') return false;
      const fate = roll(20);
      if (fate === 0) socket.terminate();
      return fate === 0 || (fate < 3 && !deletes(frame.update));
    };
    world.server.copies = (update) => (deletes(update) ? 1 + roll(2) : roll(3));
    for (let step = 0; step < 120; step++) {
      const { text } = authors[roll(authors.length)] as Author;
      if (roll(3) > 0 || text.length === 0) text.insert(roll(text.length + 1), String.fromCharCode(97 + roll(26)));
      else text.delete(roll(text.length), 1);
      if (roll(4) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    world.server.intercept = null;
    world.server.copies = () => 1;
    // A lost broadcast shows with the next one: each says one thing more.
    for (const { text } of authors) text.insert(0, '.');
    await Promise.all(authors.map(saved));
    await eventually(() => expect(new Set([...authors.map((one) => one.text.toString()), serverText()]).size).toBe(1));
    for (const one of authors) expect(status(one).refused).toBeNull();
  });
});

describe('r10 comments', () => {
  it('are to be read again when somebody says something, and when the line is back', async () => {
    const ada = await author();
    const seen = ada.provider.comments.getSnapshot();
    world.server.say({ kind: 'document', id: 'doc-1' }, { type: 'comments_changed', document: 'doc-1' });
    await waitFor(ada.provider.comments, (now) => now === seen + 1);
    const back = await cut(ada);
    back();
    await waitFor(ada.provider.comments, (now) => now === seen + 2);
  });
});
