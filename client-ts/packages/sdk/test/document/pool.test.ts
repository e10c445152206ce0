import { afterEach, describe, expect, it, vi } from 'vitest';

import * as pool from '../../src/document/pool.js';
import { waitFor } from '../../src/observable.js';
import { eventually, useWorld } from '../world.js';

const world = useWorld();
const serverText = () => world.server.document('doc-1').getText('t').toString();
const subscribed = () => world.server.heard.filter((frame) => frame.type === 'subscribe').length;
const left = () => world.server.heard.filter((frame) => frame.type === 'unsubscribe').length;

afterEach(() => {
  vi.useRealTimers();
});

describe('the pool', () => {
  it('gives everyone the same document, and again to whoever comes back soon', async () => {
    const { documents } = await world.client();
    const first = documents.open('doc-1');
    expect(documents.open('doc-1')).toBe(first);
    documents.release('doc-1');
    documents.release('doc-1');
    expect(documents.open('doc-1')).toBe(first);
    await waitFor(first.provider.status, (status) => status.phase === 'synced');
    expect(subscribed()).toBe(1);
  });

  it('leaves a document some time after its last reader', async () => {
    const { documents } = await world.client();
    const { provider } = documents.open('doc-1');
    await waitFor(provider.status, (status) => status.phase === 'synced');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    documents.release('doc-1');
    vi.advanceTimersByTime(pool.DOCUMENT_LINGER_MS);
    vi.useRealTimers();
    await eventually(() => expect(left()).toBe(1));
    expect(documents.open('doc-1').provider).not.toBe(provider);
  });

  it('opens anew what was refused, as a reload does', async () => {
    const { documents } = await world.client();
    world.server.writable = false;
    const refused = documents.open('doc-1');
    await waitFor(refused.provider.status, (status) => status.phase === 'synced');
    refused.ydoc.getText('t').insert(0, 'x');
    expect(refused.provider.status.getSnapshot().refused?.code).toBe('read_only');
    documents.release('doc-1');
    const { provider } = documents.open('doc-1');
    expect(provider).not.toBe(refused.provider);
    await waitFor(provider.status, (status) => status.phase === 'synced');
    expect(provider.status.getSnapshot()).toMatchObject({ refused: null, saved: true });
  });

  it('r7 saves what was unsaved when the last reader left', async () => {
    const { documents } = await world.client();
    const { provider, ydoc } = documents.open('doc-1');
    await waitFor(provider.status, (status) => status.phase === 'synced');
    world.server.refuseTickets = Number.MAX_SAFE_INTEGER;
    const offline = waitFor(provider.status, (status) => status.phase === 'offline');
    world.server.killAll();
    await offline;
    ydoc.getText('t').insert(0, 'written in the tunnel');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    documents.release('doc-1');
    vi.advanceTimersByTime(pool.DOCUMENT_LINGER_MS);
    vi.useRealTimers();
    expect(documents.getSnapshot().saved).toBe(false);
    world.server.refuseTickets = 0;
    await eventually(() => expect(serverText()).toBe('written in the tunnel'));
    await waitFor(documents, ({ saved }) => saved);
    await eventually(() => expect(left()).toBe(1));
  });
});
