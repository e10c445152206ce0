// The server, people, documents and what is known of them.
import { type Client, type ClientOptions, createClient, ProblemError } from '@igny8/sdk';
import WebSocket from 'ws';

import { person, type Server, type Ticket, until } from '../test/server.js';
import { Ledger } from './ledger.js';
import type { Kind, Plan } from './plan.js';

/** A request may meet a restart, which recovers a store. */
const REQUEST_MAX_MS = 90_000;
/** Tickets that nothing else ends outlive any soak. */
const TICKET_SECONDS = 6 * 3_600;
const KEYWORDS = ['best french press', 'cheap french press', 'french press review', 'how to clean a french press', 'french press coffee ratio', 'small french press'];

export interface Document {
  kind: Kind;
  /** Null until there is one: of drafts. */
  id: string | null;
  name: string;
}

export interface Member {
  account: string;
  email: string;
  password: string;
  desk: Client;
  /** False from before the role is taken away until after it is given back. */
  isEditor: boolean;
}

export class World {
  readonly server: Server;
  readonly plan: Plan;
  readonly ledger: Ledger;
  readonly documents: Document[];
  readonly members: Member[] = [];
  /** What must not happen, as it happened. */
  readonly faults: string[] = [];
  /** What goes on beside the plan's steps: roles that come back, runs of the AI. */
  readonly pending = new Set<Promise<unknown>>();
  readonly owner: { client: Client; site: string };
  #ideas: string[] = [];
  /** Drafts that are queued and held up, by number. */
  readonly #held = new Map<number, string>();

  private constructor(server: Server, plan: Plan, owner: { client: Client; site: string }) {
    this.server = server;
    this.plan = plan;
    this.owner = owner;
    this.ledger = new Ledger(plan.documents.length);
    this.documents = plan.documents.map((kind, number) => ({ kind, id: null, name: `room-${number}` }));
  }

  static async make(server: Server, plan: Plan): Promise<World> {
    const world = new World(server, plan, await person(server, 'owner'));
    const { rest } = world.owner.client;
    for (let number = 0; number < plan.members; number += 1) world.members.push(await world.#join(`member-${number}`));
    for (const document of world.documents) {
      if (document.kind === 'free') document.id = (await rest.writer.createFreeDocument(world.owner.site, document.name)).id;
      if (document.kind === 'article') document.id = (await rest.writer.createDocument(world.owner.site, document.name)).id;
    }
    await world.#makeIdeas();
    return world;
  }

  /** The same on a server with a copy of its data, by way of its first member. */
  async on(server: Server): Promise<World> {
    const there = new World(server, this.plan, this.owner);
    const client = await there.signIn(this.members[0] as Member, WebSocket);
    const world = new World(server, this.plan, { client, site: this.owner.site });
    for (const [number, task] of this.#held) world.#held.set(number, task);
    return world;
  }

  /** Signed in as a member, through some class of sockets. */
  async signIn({ email, password }: Member, Socket: unknown, more: Partial<ClientOptions> = {}): Promise<Client> {
    let token: string | null = null;
    const tokens = { load: () => token, save: (next: string | null) => void (token = next) };
    const client = createClient({ baseUrl: this.server.address, tokens, WebSocket: Socket as never, ...more });
    await this.persist(() => client.session.login({ email, password }));
    client.session.selectTenant(this.owner.client.session.tenant as string);
    return client;
  }

  /** A ticket with the rights that its holder has. */
  async ticket(number: number, holder: { desk: Client; isEditor: boolean } | null, seconds = TICKET_SECONDS): Promise<Ticket> {
    const { kind, id, name } = this.document(number);
    const desk = holder?.desk ?? this.owner.client;
    return this.persist(async () => {
      const ask = (rights: 'read' | 'write') =>
        desk.rest.auth.roomTicket({ site: this.owner.site, kind: kind === 'free' ? 'free' : 'article', room: kind === 'free' ? name : (id as string), rights, create: false, ttl_seconds: seconds });
      const write = () =>
        ask('write').catch((problem: unknown) => {
          if (problem instanceof ProblemError && problem.status === 403) return null;
          throw problem;
        });
      let made = holder?.isEditor === false ? null : await write();
      if (made === null) {
        // In this order: if the right comes back meanwhile, the reader's ticket counts no more.
        const read = await ask('read');
        made = (await write()) ?? read;
      }
      return { ...made, name: kind === 'free' ? name : (id as string) };
    });
  }

  document(number: number): Document {
    const found = this.documents[number];
    if (found === undefined) throw new Error(`no document ${number}`);
    return found;
  }

  /** Takes someone's right to edit, and gives it back. */
  async demote(number: number, ms: number): Promise<void> {
    const member = this.members[number] as Member;
    if (!member.isEditor) return;
    member.isEditor = false;
    await this.persist(() => this.owner.client.rest.auth.changeMember(member.account, 'viewer'));
    await pause(ms);
    await this.persist(() => this.owner.client.rest.auth.changeMember(member.account, 'editor'));
    member.isEditor = true;
  }

  /** Queues all drafts, and holds them up until they are asked for: a task's text follows from its id. */
  async holdDrafts(): Promise<void> {
    const { client, site } = this.owner;
    await client.rest.system.pauseQueue(site);
    for (const [number, { kind }] of this.documents.entries()) {
      const id = kind === 'draft' ? await this.#queue() : null;
      if (id === null) continue;
      await client.rest.writer.pauseTask(site, id);
      this.#held.set(number, id);
    }
    await client.rest.system.resumeQueue(site);
  }

  async #queue(): Promise<string | null> {
    const idea = this.#ideas.shift();
    if (idea === undefined) return null;
    const key = crypto.randomUUID();
    const { tasks } = await this.persist(() => this.owner.client.rest.writer.generate({ site: this.owner.site, ideas: [idea], images: 0 }, { idempotencyKey: key }));
    return tasks[0]?.id as string;
  }

  /** A run of the AI: resolves once its document is there; `pending` has its end. */
  async draft(number: number): Promise<void> {
    const { rest } = this.owner.client;
    const held = this.#held.get(number);
    const id = held ?? (await this.#queue());
    if (id === null) return;
    // A kill may take the answer with it.
    const key = crypto.randomUUID();
    if (held !== undefined) await this.persist(() => rest.writer.resumeTask(this.owner.site, held, { idempotencyKey: key }));
    const task = (): Promise<{ document: string | null; status: string }> => this.persist(() => rest.writer.task(this.owner.site, id));
    this.document(number).id = await until('a run has a document', async () => (await task()).document, REQUEST_MAX_MS);
    this.beside(until('a run ends', async () => {
      const { status } = await task();
      if (status === 'failed' || status === 'dead') this.faults.push(`the run in document ${number} ended as ${status}`);
      if (['queued', 'running'].includes(status)) await pause(200);
      return ['queued', 'running'].includes(status) ? null : true;
    }, 4 * REQUEST_MAX_MS));
  }

  /** Goes on beside the steps; a quiet point waits for it. */
  beside(work: Promise<unknown>): void {
    const watched = work.catch((error: unknown) => void this.faults.push(String(error))).finally(() => this.pending.delete(watched));
    this.pending.add(watched);
  }

  /** Asks again until the server is there. */
  async persist<T>(ask: () => Promise<T>): Promise<T> {
    const end = Date.now() + REQUEST_MAX_MS;
    for (;;) {
      try {
        return await ask();
      } catch (problem) {
        const status = problem instanceof ProblemError ? problem.status : 0;
        if ((status !== 0 && status < 500 && status !== 429 && status !== 409) || Date.now() > end) throw problem;
        await pause(100);
      }
    }
  }

  async #join(name: string): Promise<Member> {
    const { client } = this.owner;
    const password = crypto.randomUUID();
    const desk = (await person(this.server, name, password)).client;
    const state = desk.session.getSnapshot();
    if (state.status !== 'signed_in') throw new Error('a new person is signed in');
    const { email, id: account } = state.account;
    await client.rest.auth.addMember({ email, role: 'editor' });
    const member: Member = { account, email, password, desk, isEditor: true };
    desk.close();
    member.desk = await this.signIn(member, WebSocket);
    return member;
  }

  async #makeIdeas(): Promise<void> {
    const { rest } = this.owner.client;
    const { site } = this.owner;
    await rest.planner.importKeywords(site, { content: ['Keyword', ...KEYWORDS].join('\n'), contentType: 'text/csv' });
    await rest.planner.cluster(site);
    const cluster = await until('there is a cluster', async () => (await rest.planner.clusters(site)).items[0]?.id ?? null, REQUEST_MAX_MS);
    const drafts = this.plan.documents.filter((kind) => kind === 'draft').length;
    await rest.planner.makeIdeas(site, { clusters: [cluster], count: drafts });
    this.#ideas = await until('there are ideas', async () => {
      const { items } = await rest.planner.ideas(site);
      return items.length < drafts ? null : items.map(({ id }) => id);
    }, REQUEST_MAX_MS);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
