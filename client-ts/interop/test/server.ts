// A server of the tests' own, which they may kill; and what they ask of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Client, createClient, type NewRoomTicket, type RoomTicket } from '@igny8/sdk';
import WebSocket from 'ws';

/** A server that starts again has its store to recover first. */
const START_MAX_MS = 60_000;

export class Server {
  readonly folder: string;
  address = '';
  #process: ChildProcess | null = null;
  readonly #more: string[];
  readonly #log: string | null;

  private constructor(folder: string, more: string[], log: boolean) {
    this.folder = folder;
    this.#more = more;
    this.#log = log ? join(folder, 'server.log') : null;
  }

  /** With more options of `igny8 serve`; what it says goes to the screen, or to a file. */
  static async start({ more = [], log = false }: { more?: string[]; log?: boolean } = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'igny8-interop-')), more, log);
    await server.up();
    return server;
  }

  /** Another one on a copy of what this one has stored, with options of its own. */
  async copied(more: string[]): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'igny8-interop-')), more, this.#log !== null);
    await this.copyData(join(server.folder, 'data'));
    await server.up();
    return server;
  }

  /** Copies what it has stored, as a crash at this moment would leave it. */
  async copyData(folder: string): Promise<void> {
    // Sockets cannot be copied, and need not be.
    await cp(join(this.folder, 'data'), folder, { recursive: true, force: true, filter: (name) => !name.endsWith('.sock') });
  }

  /** Starts it on its data; at the address of before, so that clients find it again. */
  async up(): Promise<void> {
    const announcement = join(this.folder, 'announcement.json');
    await rm(announcement, { force: true });
    const port = this.address === '' ? ['--port-fallback'] : ['--listen', new URL(this.address).host];
    const binary = process.env['INTEROP_BINARY'];
    if (binary === undefined) throw new Error('INTEROP_BINARY names the server: run `cargo xtask test --only interop`');
    const folders = ['--data-dir', join(this.folder, 'data'), '--announce', announcement];
    const said = this.#log === null ? 'inherit' : openSync(this.#log, 'a');
    this.#process = spawn(binary, ['serve', '--dev', ...port, ...folders, ...this.#more], { stdio: ['ignore', said, said] });
    this.address = await until('the server answers', async () => {
      const text = await readFile(announcement, 'utf8').catch(() => null);
      return text === null ? null : (JSON.parse(text) as { address: string }).address;
    }, START_MAX_MS);
  }

  /** Of the process that runs now. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** What it said, if that goes to a file. */
  async said(): Promise<string> {
    return this.#log === null ? '' : readFile(this.#log, 'utf8');
  }

  /** Ends it where it is, or asks it to end. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.#process = null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits for something to be there. */
export async function until<T>(what: string, look: () => T | null | Promise<T | null>, limitMs = 20_000): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits for something to be true. */
export async function holds(what: string, look: () => boolean): Promise<void> {
  await until(what, () => (look() ? true : null));
}

/** A person of our SDK with a workspace of their own, and its site. */
export async function person(server: Server, name: string, password: string = crypto.randomUUID()): Promise<{ client: Client; site: string }> {
  let token: string | null = null;
  const tokens = { load: () => token, save: (next: string | null) => void (token = next) };
  const client = createClient({ baseUrl: server.address, tokens, WebSocket: WebSocket as never });
  const email = `${name}-${crypto.randomUUID()}@example.com`;
  await client.session.signUp({ email, password, name, tenant_name: name });
  const [site] = await client.rest.settings.sites();
  if (site === undefined) throw new Error('a new workspace has a site');
  return { client, site: site.id };
}

/** A ticket, and the name by which providers ask for its room. */
export type Ticket = RoomTicket & { name: string };

/** A ticket for a room, which is made if it is a free one to write in. */
export async function room(
  { client, site }: { client: Client; site: string },
  wanted: Partial<NewRoomTicket>,
): Promise<Ticket> {
  const body: NewRoomTicket = { site, kind: 'free', room: 'board', rights: 'write', create: true, ttl_seconds: 600, ...wanted };
  if (body.kind === 'article' || body.rights === 'read') body.create = false;
  return { ...(await client.rest.auth.roomTicket(body)), name: body.room };
}
