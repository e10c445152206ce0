// A client of the soak: at its own line, with some documents open through one of the doors.
import type * as Y from 'yjs';

import { edit, LOCAL } from './edit.js';
import { type Edited, tokensIn } from './ledger.js';
import type { Act, ClientPlan } from './plan.js';
import { type IsEdit, Proxy } from './proxy.js';
import type { Member, World } from './world.js';

/** A document as a client has it, and what of its edits nobody has acknowledged yet. */
export class Copy {
  readonly number: number;
  readonly doc: Y.Doc;
  readonly #world: World;
  readonly #client: number;
  #unacknowledged: Edited = { inserted: [], deleted: [] };

  constructor(world: World, client: number, number: number, doc: Y.Doc) {
    this.#world = world;
    this.#client = client;
    this.number = number;
    this.doc = doc;
    // What comes from the server is durable: it must never be gone again.
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === LOCAL) return;
      const seen = tokensIn(Buffer.from(update).toString('latin1'));
      if (seen.length > 0) world.ledger.acknowledge(number, { inserted: seen, deleted: [] }, `seen by ${client}`);
    });
  }

  edit(act: Act, place: number): void {
    const done = edit(this.doc, this.#world.document(this.number).kind, act, place, this.#world.ledger.token(this.#client));
    this.#world.ledger.record(this.number, done);
    this.#unacknowledged.inserted.push(...done.inserted);
    this.#unacknowledged.deleted.push(...done.deleted);
  }

  /** The server said that all of this client's edits are durable. */
  acknowledged(how: string): void {
    this.#world.ledger.acknowledge(this.number, this.#unacknowledged, `${how} of ${this.#client}`);
    this.#unacknowledged = { inserted: [], deleted: [] };
  }
}

export abstract class Guest {
  readonly number: number;
  readonly plan: ClientPlan;
  readonly copies = new Map<number, Copy>();
  protected readonly world: World;
  #proxy: Proxy | null = null;

  constructor(world: World, number: number, plan: ClientPlan) {
    this.world = world;
    this.number = number;
    this.plan = plan;
  }

  /** Takes its place at a line of its own, and opens what there is of its documents. */
  async start(): Promise<void> {
    this.#proxy = await Proxy.listen(() => new URL(this.world.server.address), this.isEdit);
    await this.prepare();
    await this.openAll();
  }

  /** Opens what of its documents is there and not open yet. */
  async openAll(): Promise<void> {
    for (const document of this.plan.documents) {
      if (this.world.document(document).id !== null && !this.copies.has(document)) await this.open(document);
    }
  }

  get proxy(): Proxy {
    if (this.#proxy === null) throw new Error('it has not started');
    return this.#proxy;
  }

  get member(): Member {
    return this.world.members[this.plan.member] as Member;
  }

  /** Whether a message of this door is an edit. */
  protected abstract readonly isEdit: IsEdit;
  protected async prepare(): Promise<void> {}
  protected abstract open(document: number): Promise<void>;
  /** What it still waits for in a document, or null. */
  abstract waitsFor(document: number): string | null;
  /** The network is back. */
  wake(): void {}
  /** Its tickets end soon from now on, until others are fetched. */
  shorten(_seconds: number): void {}
}
