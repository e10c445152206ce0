// Does what a plan says, and looks whether everything holds.
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type * as Y from 'yjs';

import { Server } from '../test/server.js';
import { agreed, alarms, residentMiB, survived } from './check.js';
import { guest } from './door.js';
import type { Copy, Guest } from './guest.js';
import type { Plan, Step } from './plan.js';
import { Proxy } from './proxy.js';
import { pause, World } from './world.js';

/** Half a page of text takes the AI a while, so that people write beside it. */
const WORDS_PER_SECOND = 60;
const PROGRESS_MS = 10_000;
/** More memory than any process needed until the first quiet point is a leak: one that has just been
 * started is smaller than one that everybody has come back to. */
const GROWTH_MAX_MIB = 64;
/** Caches and buffers of what was go within this. */
const QUIET_MS = 2_000;
/** So much of what was written last is taken from a server that is to lose something. */
const LOST_MS = 2_000;

type Say = (line: string) => void;

/** Who looks at more than a soak does. */
export interface Watch {
  /** People and documents are there, and nothing has been written. */
  began(world: World): Promise<void>;
  /** The server was killed and is back; the guests are not, and have what they had. */
  survived(guests: readonly Guest[], loaded: ReadonlyMap<number, Y.Doc>): void;
  /** All is done, and at rest. */
  finished(world: World): Promise<void>;
}

export interface Options {
  /** The server forgets its last seconds whenever it ends, which must be found out: a soak that
   * cannot fail shows nothing. */
  loses?: boolean;
  wordsPerSecond?: number;
  watch?: Watch;
}

/** Faults that it found. */
export async function run(plan: Plan, say: Say, options: Options): Promise<string[]> {
  const speed = String(options.wordsPerSecond ?? WORDS_PER_SECOND);
  const server = await Server.start({ more: ['--log-format', 'json', '--offline-words-per-second', speed], log: true });
  try {
    const world = await World.make(server, plan);
    await options.watch?.began(world);
    const soak = new Soak(world, say, options);
    await soak.live();
    if (world.faults.length === 0) await options.watch?.finished(world);
    const faults = [...world.faults, ...alarms(await server.said())];
    if (faults.length === 0) await server.stop();
    return faults;
  } finally {
    // What failed leaves its data and its log behind.
    if (server.pid !== null) say(`the server's data and log: ${server.folder}`);
    await server.kill();
  }
}

class Soak {
  readonly #world: World;
  readonly #guests: Guest[];
  readonly #say: Say;
  readonly #options: Options;
  readonly #counts: Record<string, number> = {};
  #restart: Promise<void> | null = null;
  #warm = 0;
  #isWarm = false;
  #start = 0;

  constructor(world: World, say: Say, options: Options) {
    this.#world = world;
    this.#say = say;
    this.#options = options;
    this.#guests = world.plan.clients.map((plan, number) => guest(world, number, plan));
  }

  async live(): Promise<void> {
    for (const one of this.#guests) await one.start();
    this.#say(`${this.#guests.length} clients are there`);
    const progress = setInterval(() => void this.#progress(), PROGRESS_MS);
    this.#start = Date.now();
    try {
      for (const step of this.#world.plan.steps) {
        await pause(Math.max(0, this.#start + step.at - Date.now()));
        this.#counts[step.do] = (this.#counts[step.do] ?? 0) + 1;
        await this.#do(step);
        if (this.#world.faults.length > 0) return;
      }
    } finally {
      clearInterval(progress);
      await this.#progress();
    }
  }

  async #do(step: Step): Promise<void> {
    switch (step.do) {
      case 'edit':
        return this.#edit(step);
      case 'cut':
        return this.#guest(step.client).proxy.cut();
      case 'freeze':
      case 'slow':
      case 'offline':
      case 'twice':
      case 'hold':
        return this.#world.beside(this.#disturb(step.do, this.#guest(step.client), step.ms));
      case 'role':
        return this.#world.beside(this.#world.demote(step.member, step.ms));
      case 'ticket':
        return this.#guest(step.client).shorten(step.seconds);
      case 'draft':
        return this.#world.beside(this.#draft(step.document));
      case 'restart':
        await this.#restart;
        this.#restart = this.#end(step.signal);
        return this.#world.beside(this.#restart);
      case 'quiet':
        return this.#quiet();
    }
  }

  #guest(number: number): Guest {
    return this.#guests[number] as Guest;
  }

  #edit({ client, pick, act, place }: Step & { do: 'edit' }): void {
    const { copies, member } = this.#guest(client);
    const all = [...copies.values()];
    const copy: Copy | undefined = all[Math.floor(pick * all.length)];
    // Who may not edit is shown an editor that takes no input.
    if (copy === undefined || !member.isEditor) return;
    copy.edit(act, place);
  }

  async #disturb(what: 'freeze' | 'slow' | 'offline' | 'twice' | 'hold', guest: Guest, ms: number): Promise<void> {
    // HocuspocusProvider counts answers: a message that it sent once must be answered once.
    const { proxy, plan } = guest;
    const fault = what === 'twice' && plan.door === 'hocuspocus' ? 'hold' : what;
    const set = (isOn: boolean): void => {
      if (fault === 'freeze') proxy.freeze(isOn);
      else if (fault === 'slow') proxy.slow(isOn);
      else if (fault === 'offline') proxy.offline(isOn);
      else proxy.disturb(isOn ? fault : null);
    };
    set(true);
    await pause(ms);
    await this.#restart;
    set(false);
    if (fault === 'offline') guest.wake();
  }

  async #draft(document: number): Promise<void> {
    await this.#world.draft(document);
    for (const one of this.#guests) await one.openAll();
  }

  /** Ends the server. Until it has been looked at nobody is let in again: they would bring back what it lost. */
  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { server } = this.#world;
    const { loses = false, watch } = this.#options;
    const [data, before] = [join(server.folder, 'data'), join(server.folder, 'before')];
    if (loses) {
      await server.copyData(before);
      await pause(LOST_MS);
    }
    await server.kill(signal);
    if (loses) {
      await rm(data, { recursive: true });
      await cp(before, data, { recursive: true });
    }
    for (const { proxy } of this.#guests) {
      proxy.refuse();
      proxy.heal();
      proxy.refuse();
    }
    await server.up();
    const loaded = await survived(this.#world);
    watch?.survived(this.#guests, loaded);
    for (const { proxy } of this.#guests) proxy.heal();
    for (const one of this.#guests) one.wake();
  }

  /** Everything is healed and comes back: then it must be right. */
  async #quiet(): Promise<void> {
    const from = Date.now();
    while (this.#world.pending.size > 0) await Promise.all(this.#world.pending);
    for (const one of this.#guests) {
      one.proxy.heal();
      one.wake();
    }
    await agreed(this.#world, this.#guests);
    await pause(QUIET_MS);
    const memory = await this.#memory();
    this.#isWarm = true;
    this.#say(`quiet: all agree after ${((Date.now() - from) / 1000).toFixed(1)} s; memory ${memory.toFixed(0)} MiB, ${this.#warm.toFixed(0)} when warm`);
    if (memory - this.#warm > GROWTH_MAX_MIB) this.#world.faults.push(`the server has grown from ${this.#warm.toFixed(0)} to ${memory.toFixed(0)} MiB`);
    // The clock of the plan stood still.
    this.#start += Date.now() - from;
  }

  async #memory(): Promise<number> {
    const memory = await residentMiB(this.#world.server.pid);
    if (!this.#isWarm) this.#warm = Math.max(this.#warm, memory);
    return memory;
  }

  async #progress(): Promise<void> {
    const { ledger, faults } = this.#world;
    const memory = await this.#memory();
    const steps = Object.entries(this.#counts).filter(([name]) => name !== 'edit').map(([name, count]) => `${name} ${count}`);
    this.#say(`${ledger.made} edits made, ${ledger.acknowledged} acknowledged, ${Proxy.cuts} lines cut, ${memory.toFixed(0)} MiB, ${faults.length} faults; ${steps.join(', ')}`);
  }
}
