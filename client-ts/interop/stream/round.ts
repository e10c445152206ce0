// What the drafts of one server were at its kills and at the end, beside those of an undisturbed one.
import * as Y from 'yjs';

import { fresh } from '../soak/check.js';
import type { Guest } from '../soak/guest.js';
import type { Watch } from '../soak/run.js';
import type { World } from '../soak/world.js';
import { tokensIn } from '../soak/ledger.js';
import { amid, plain, written } from './written.js';

/** Characters that are shown of two texts, from where they differ. */
const SHOWN = 60;

/** A draft at a kill: as a client had seen it, and as somebody new loaded it afterwards. */
interface Moment {
  draft: number;
  seen: Y.Doc;
  loaded: Y.Doc;
}

/** What the AI writes on a copy of the server when nobody disturbs it, as fast as it can: by number. */
async function undisturbed(original: World): Promise<Map<number, string[]>> {
  const server = await original.server.copied(['--offline-words-per-second', '0', '--log-format', 'json']);
  try {
    const world = await original.on(server);
    const numbers = [...world.documents.keys()];
    for (const number of numbers) await world.draft(number);
    await Promise.all(world.pending);
    const texts = new Map<number, string[]>();
    for (const number of numbers) texts.set(number, (await draft(world, number)).lines);
    if (world.faults.length > 0) throw new Error(`the undisturbed drafts: ${world.faults.join('; ')}`);
    world.owner.client.close();
    return texts;
  } finally {
    await server.stop();
  }
}

export class Round implements Watch {
  kills = 0;
  /** Drafts that were in mid-stream at a kill. */
  streams = 0;
  /** Of those, with the text and the blocks of the undisturbed ones. */
  equal = 0;
  #originals = new Map<number, string[]>();
  readonly #moments: Moment[] = [];
  #typed = 0;
  /** Words of people in the AI's own blocks. */
  #amid = 0;

  async began(world: World): Promise<void> {
    await world.holdDrafts();
    this.#originals = await undisturbed(world);
  }

  survived(guests: readonly Guest[], loaded: ReadonlyMap<number, Y.Doc>): void {
    this.kills += 1;
    for (const [number, doc] of loaded) {
      const seen = guests.flatMap(({ copies }) => copies.get(number)?.doc ?? []);
      for (const copy of seen) this.#moments.push({ draft: number, seen: snapshot(copy), loaded: snapshot(doc) });
    }
  }

  async finished(world: World): Promise<void> {
    for (const number of world.documents.keys()) {
      const original = this.#originals.get(number) ?? [];
      const { doc, lines, by } = await draft(world, number);
      this.#amid += tokensIn(amid(doc.getXmlFragment('default'), by)).length;
      const difference = differ(original, lines);
      if (difference !== null) world.faults.push(`draft ${number}: ${difference}`);
      const whole = plain(original);
      const [met, lost] = this.#met(number, by, whole);
      if (lost !== null) world.faults.push(`draft ${number}: ${lost}`);
      if (met) this.streams += 1;
      if (met && difference === null) this.equal += 1;
    }
    this.#typed = world.ledger.acknowledged;
  }

  summary(): string {
    return `${this.kills} kills, ${this.streams} drafts in mid-stream, ${this.equal} equal; ${this.#typed} words of people, ${this.#amid} of them in the AI's paragraphs`;
  }

  /** Whether a draft was in mid-stream at a kill: somebody had seen some of it, and what was durable was not all.
   * And what of it was taken back then, or was no beginning of the whole. */
  #met(number: number, by: ReadonlySet<number>, whole: string): [boolean, string | null] {
    let isMet = false;
    for (const { draft: one, seen, loaded } of this.#moments) {
      if (one !== number) continue;
      const [before, after] = [plain(written(seen, by)), plain(written(loaded, by))];
      if (!after.startsWith(before)) return [isMet, `after a kill it is not what a client had seen: ${shown(before, after)}`];
      if (!whole.startsWith(after)) return [isMet, `after a kill it is no beginning of the whole: ${shown(whole, after)}`];
      isMet ||= before.length > 0 && after.length < whole.length;
    }
    return [isMet, null];
  }
}

/** What the AI has written in a draft, and under which client ids. */
async function draft(world: World, number: number): Promise<{ doc: Y.Doc; lines: string[]; by: Set<number> }> {
  const { client, site } = world.owner;
  const { authors, writers } = await client.rest.history.authors(site, world.document(number).id as string);
  const by = new Set(writers.filter(({ author }) => authors[author]?.kind === 'run').map((writer) => writer.client));
  const doc = (await fresh(world, number, false))['y-websocket'];
  return { doc, lines: written(doc, by), by };
}

function snapshot(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

/** Where two drafts begin to differ, or null. */
function differ(wanted: readonly string[], found: readonly string[]): string | null {
  if (plain(wanted) !== plain(found)) return `its text is not the undisturbed one: ${shown(plain(wanted), plain(found))}`;
  const line = wanted.findIndex((one, index) => found[index] !== one);
  if (line < 0 && wanted.length === found.length) return null;
  const at = line < 0 ? wanted.length : line;
  return `its blocks are not the undisturbed ones: wanted ${wanted[at]?.slice(0, SHOWN)}, found ${found[at]?.slice(0, SHOWN)}`;
}

function shown(wanted: string, found: string): string {
  let at = 0;
  while (at < wanted.length && wanted[at] === found[at]) at += 1;
  const part = (text: string): string => JSON.stringify(text.slice(at, at + SHOWN));
  return `from character ${at} on ${part(wanted)} is wanted, ${part(found)} is there (of ${wanted.length} and ${found.length})`;
}
