// What must hold: at a quiet point, and of what a server has loaded after its end.
import { readFile } from 'node:fs/promises';

import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { getSchema } from '@tiptap/core';
import { Image } from '@tiptap/extension-image';
import { TableKit } from '@tiptap/extension-table';
import { StarterKit } from '@tiptap/starter-kit';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import WebSocket from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

import { until } from '../test/server.js';
import { content } from './edit.js';
import type { Copy, Guest } from './guest.js';
import { Ledger, tokensIn } from './ledger.js';
import type { World } from './world.js';

/** Everyone comes back within this, the slowest backoff of ours (30 s) included. */
const SETTLE_MAX_MS = 120_000;
const LOAD_MAX_MS = 60_000;

/** A document, by the door through which it was loaded. */
export type Loaded = { 'y-websocket': Y.Doc; hocuspocus: Y.Doc; ours?: Y.Doc };

/** Loads a document as someone who has nothing, at the doors of other clients and at ours. */
export async function fresh(world: World, number: number, withOurs: boolean): Promise<Loaded> {
  const { ticket, name } = await world.ticket(number, null);
  const address = `${world.server.address.replace('http', 'ws')}/collab`;
  const docs = { 'y-websocket': new Y.Doc(), hocuspocus: new Y.Doc() };
  const one = new WebsocketProvider(address, name, docs['y-websocket'], { params: { ticket }, WebSocketPolyfill: WebSocket as never, disableBc: true });
  const line = new HocuspocusProviderWebsocket({ url: address, WebSocketPolyfill: WebSocket, delay: 50, minDelay: 50, maxDelay: 500 });
  const two = new HocuspocusProvider({ name, document: docs.hocuspocus, token: ticket, websocketProvider: line });
  two.attach();
  const id = world.document(number).id as string;
  const { documents } = world.owner.client;
  const own = withOurs ? documents.open(id) : null;
  try {
    await until(`a fresh client loads document ${number}`, () => (one.synced && two.synced && (own?.provider.status.getSnapshot().phase ?? 'synced') === 'synced' ? true : null), LOAD_MAX_MS);
    return own === null ? docs : { ...docs, ours: own.ydoc };
  } finally {
    if (own !== null) documents.release(id);
    two.destroy();
    line.destroy();
    one.destroy();
  }
}

/** After an end of the server, before anybody else is back who could bring what it lost: the documents as they
 * were loaded, by number. */
export async function survived(world: World): Promise<Map<number, Y.Doc>> {
  const loaded = new Map<number, Y.Doc>();
  for (const [number, { id, kind }] of world.documents.entries()) {
    if (id === null) continue;
    const docs = await fresh(world, number, false);
    for (const [door, doc] of Object.entries(docs)) complain(world, number, door, content(doc, kind));
    loaded.set(number, docs['y-websocket']);
  }
  return loaded;
}

/** All copies of all documents are equal, and to what fresh clients load; nothing is lost. */
export async function agreed(world: World, guests: readonly Guest[]): Promise<void> {
  const waiting = (): string[] =>
    guests.flatMap((guest) => [...guest.copies.keys()].flatMap((number) => {
      const wish = guest.waitsFor(number);
      return wish === null ? [] : [`client ${guest.number} (${guest.plan.door}), document ${number}: ${wish}`];
    }));
  await settled(world, 'everyone is back', waiting);
  for (const [number, { id, kind }] of world.documents.entries()) {
    if (id === null) continue;
    const copies = guests.flatMap(({ number: client, copies: open }) => (open.has(number) ? [{ client, copy: open.get(number) as Copy }] : []));
    const different = (): string[] => {
      const [first] = copies;
      const wanted = first === undefined ? '' : content(first.copy.doc, kind);
      return copies.filter(({ copy }) => content(copy.doc, kind) !== wanted || copy.doc.store.pendingStructs !== null).map(({ client }) => `client ${client}, document ${number}: its copy differs from that of client ${first?.client}`);
    };
    await settled(world, 'all copies are equal', different);
    for (const [door, doc] of Object.entries(await fresh(world, number, true))) {
      const loaded = content(doc, kind);
      if (copies[0] !== undefined && loaded !== content(copies[0].copy.doc, kind)) world.faults.push(`document ${number}: a fresh client at the door ${door} loads something else`);
      complain(world, number, door, loaded);
      if (kind !== 'free') rendered(world, number, doc);
    }
  }
}

function complain(world: World, number: number, door: string, loaded: string): void {
  const doubled = world.document(number).kind === 'free' ? [] : Ledger.doubled(loaded);
  for (const line of [...world.ledger.lost(number, loaded), ...doubled]) world.faults.push(`document ${number}, door ${door}: ${line}`);
}

async function settled(world: World, what: string, look: () => string[]): Promise<void> {
  const end = Date.now() + SETTLE_MAX_MS;
  await until(what, () => look().length === 0 || Date.now() > end ? true : null, 2 * SETTLE_MAX_MS);
  world.faults.push(...look().map((line) => `not in time: ${what}: ${line}`));
}

/** The article's schema, as far as clients and the AI write with it here. */
const SCHEMA = getSchema([StarterKit, Image.configure({ inline: false }), TableKit]);

/** A schema deletes what it does not know: a reader's editor must find nothing of that kind. */
function rendered(world: World, number: number, doc: Y.Doc): void {
  const [before, blocks] = [content(doc, 'article'), doc.getXmlFragment('default').length];
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  const root = yXmlFragmentToProseMirrorRootNode(copy.getXmlFragment('default'), SCHEMA);
  const shown = new Set(tokensIn(root.textContent));
  const hidden = tokensIn(before).filter((token) => !shown.has(token));
  if (content(copy, 'article') !== before) world.faults.push(`document ${number}: a reader's schema deletes something`);
  if (root.childCount !== blocks || hidden.length > 0) world.faults.push(`document ${number}: of ${blocks} blocks ${root.childCount} are shown; hidden: ${hidden.join(' ')}`);
}

/** Resident memory of the server. */
export async function residentMiB(pid: number | null): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** Lines of the server that no plan causes. */
export function alarms(said: string): string[] {
  return said.split('\n').filter((line) => /"level":"ERROR"|panicked|violation/i.test(line));
}
