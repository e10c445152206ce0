// What happens in a soak, and when: from a seed alone.

/** Our SDK by socket, and by events where sockets are cut; and the providers of others. */
export type Door = 'own' | 'websocket' | 'hocuspocus' | 'events';
export type Kind = 'article' | 'free' | 'draft';
/** `type` is anywhere in what is there, `insert` at what others have written. */
export type Act = 'insert' | 'type' | 'add' | 'format' | 'delete';

export interface ClientPlan {
  door: Door;
  /** Whose account it has. */
  member: number;
  documents: number[];
}

export type Step = { at: number } & (
  | { do: 'edit'; client: number; pick: number; act: Act; place: number }
  | { do: 'cut'; client: number }
  | { do: 'freeze' | 'slow' | 'offline' | 'twice' | 'hold'; client: number; ms: number }
  | { do: 'role'; member: number; ms: number }
  | { do: 'ticket'; client: number; seconds: number }
  | { do: 'restart'; signal: 'SIGKILL' | 'SIGTERM' }
  | { do: 'draft'; document: number }
  | { do: 'quiet' }
);

export interface Plan {
  seed: number;
  members: number;
  documents: Kind[];
  clients: ClientPlan[];
  steps: Step[];
}

export const DOORS: Door[] = ['own', 'websocket', 'hocuspocus', 'events'];
const CLIENTS = 50;
/** Owners never change: the plan's people are those whose roles do. */
const MEMBERS = 6;
const ARTICLES = 3;
const ROOMS = 3;
/** AI runs: each leaves a document open at some clients, which costs memory that is no leak. */
const DRAFTS_MAX = 4;
/** Mean time between steps of a kind; a debug build on two busy cores keeps up with these. */
const EDIT_MS = 60;
const EVERY_MS: [number, (random: Random) => Wish][] = [
  [1_500, (random) => ({ do: 'cut', client: random.below(CLIENTS) })],
  [5_000, (random) => ({ do: 'freeze', client: random.below(CLIENTS), ms: 1_000 + random.below(6_000) })],
  [6_000, (random) => ({ do: 'slow', client: random.below(CLIENTS), ms: 2_000 + random.below(8_000) })],
  [4_000, (random) => ({ do: 'offline', client: random.below(CLIENTS), ms: 1_000 + random.below(10_000) })],
  [4_000, (random) => ({ do: 'twice', client: random.below(CLIENTS), ms: 5_000 })],
  [4_000, (random) => ({ do: 'hold', client: random.below(CLIENTS), ms: 5_000 })],
  [15_000, (random) => ({ do: 'role', member: random.below(MEMBERS), ms: 1_000 + random.below(6_000) })],
  [5_000, (random) => ({ do: 'ticket', client: random.below(CLIENTS), seconds: 1 + random.below(4) })],
];
const RESTART_MS = 25_000;
/** Quiet points: the first is what memory is compared with, after everything happened once. */
const QUIET_MS = 45_000;

type Wish = Step extends infer S ? (S extends Step ? Omit<S, 'at'> : never) : never;

/** Numbers from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

/** The same seed and length are the same plan. */
export function draw(seed: number, minutes: number): Plan {
  const random = new Random(seed);
  const end = minutes * 60_000;
  const drafts = Math.min(DRAFTS_MAX, Math.max(1, Math.round(minutes)));
  const documents: Kind[] = [...Array<Kind>(ARTICLES).fill('article'), ...Array<Kind>(ROOMS).fill('free'), ...Array<Kind>(drafts).fill('draft')];
  const clients = Array.from({ length: CLIENTS }, (_, number) => client(random, number, documents.length - drafts, drafts));
  const steps: Step[] = [];
  for (let at = 0; at < end; at += random.next() * 2 * EDIT_MS) steps.push({ at, ...edit(random) });
  for (const [every, wish] of EVERY_MS) {
    for (let at = random.next() * every; at < end; at += every * (0.5 + random.next())) steps.push({ at, ...wish(random) } as Step);
  }
  for (let at = RESTART_MS * 0.6, count = 0; at < end; at += RESTART_MS * (0.7 + random.next() * 0.6), count += 1) {
    steps.push({ at, do: 'restart', signal: count % 2 === 0 ? 'SIGKILL' : 'SIGTERM' });
  }
  for (let draft = 0; draft < drafts; draft += 1) steps.push({ at: (end * draft) / drafts + 3_000, do: 'draft', document: documents.length - drafts + draft });
  for (let at = QUIET_MS; at < end - QUIET_MS / 3; at += QUIET_MS) steps.push({ at, do: 'quiet' });
  steps.sort((one, other) => one.at - other.at);
  steps.push({ at: end, do: 'quiet' });
  return { seed, members: MEMBERS, documents, clients, steps };
}

/** Each has one or two documents, Hocuspocus clients three on one socket; some have the drafts, too. */
function client(random: Random, number: number, settled: number, drafts: number): ClientPlan {
  const door = DOORS[number % DOORS.length] as Door;
  const count = door === 'hocuspocus' ? 3 : 1 + random.below(2);
  const first = random.below(settled);
  const documents = Array.from({ length: count }, (_, index) => (first + index) % settled);
  if (number % 4 === 0) documents.push(...Array.from({ length: drafts }, (_, index) => settled + index));
  return { door, member: random.below(MEMBERS), documents };
}

function edit(random: Random): Wish {
  const act = random.pick<Act>(['insert', 'insert', 'insert', 'add', 'format', 'delete']);
  return { do: 'edit', client: random.below(CLIENTS), pick: random.next(), act, place: random.next() };
}
