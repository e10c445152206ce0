// A server of the tests' own, which they may kill; and what they ask of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'igny8-interop-')));
    await server.up();
    return server;
  }

  /** Starts it on its data; at the address of before, so that clients find it again. */
  async up(): Promise<void> {
    const announcement = join(this.folder, 'announcement.json');
    await rm(announcement, { force: true });
    const port = this.address === '' ? ['--port-fallback'] : ['--listen', new URL(this.address).host];
    const binary = process.env['INTEROP_BINARY'];
    if (binary === undefined) throw new Error('INTEROP_BINARY names the server: run `cargo xtask test --only interop`');
    const folders = ['--data-dir', join(this.folder, 'data'), '--announce', announcement];
    this.#process = spawn(binary, ['serve', '--dev', ...port, ...folders], { stdio: ['ignore', 'inherit', 'inherit'] });
    this.address = await until('the server answers', async () => {
      const text = await readFile(announcement, 'utf8').catch(() => null);
      return text === null ? null : (JSON.parse(text) as { address: string }).address;
    }, START_MAX_MS);
  }

  /** Ends it where it is. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === null) return;
    this.#process = null;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
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
export async function person(server: Server, name: string): Promise<{ client: Client; site: string }> {
  let token: string | null = null;
  const tokens = { load: () => token, save: (next: string | null) => void (token = next) };
  const client = createClient({ baseUrl: server.address, tokens, WebSocket: WebSocket as never });
  const email = `${name}-${crypto.randomUUID()}@example.com`;
  await client.session.signUp({ email, password: crypto.randomUUID(), name, tenant_name: name });
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
