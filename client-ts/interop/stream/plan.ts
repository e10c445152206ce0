// People who type into drafts while the AI writes them, and a server that is killed meanwhile: from a seed alone.
import { type Act, type ClientPlan, DOORS, type Plan, Random, type Step } from '../soak/plan.js';

/** At this speed a draft takes some five seconds. */
export const WORDS_PER_SECOND = 150;
const DRAFT_MS = 5_000;
/** Written at the same time; each is read by one client of each door. */
const DRAFTS = 10;
const MEMBERS = 2;
/** Drafts begin within this, so that a kill meets them at different places. */
const APART_MS = 3_000;
/** Mean time between two edits, in whichever draft. */
const EDIT_MS = 30;
/** What was killed is written again from its beginning up to where it was, and then goes on. */
const AFTER_MS = 8_000;

/** The same seed is the same plan. */
export function draw(seed: number): Plan {
  const random = new Random(seed);
  const documents = Array.from({ length: DRAFTS }, () => 'draft' as const);
  const clients = DOORS.flatMap((door): ClientPlan[] => [0, 1].map((half) => ({ door, member: random.below(MEMBERS), documents: [...documents.keys()].filter((number) => number % 2 === half) })));
  const steps: Step[] = documents.map((_, document) => ({ at: random.below(APART_MS), do: 'draft', document }));
  const first = 1_000 + random.below(APART_MS + DRAFT_MS - 2_000);
  const second = first + 1_000 + random.below(DRAFT_MS);
  steps.push({ at: first, do: 'restart', signal: 'SIGKILL' });
  // Half of them are killed again: while they repeat themselves, or soon after.
  const isAgain = random.next() < 0.5;
  if (isAgain) steps.push({ at: second, do: 'restart', signal: 'SIGKILL' });
  const end = (isAgain ? second : first) + AFTER_MS;
  for (let at = 0; at < end; at += random.next() * 2 * EDIT_MS) steps.push({ at, do: 'edit', client: random.below(clients.length), pick: random.next(), ...typed(random) });
  steps.sort((one, other) => one.at - other.at);
  steps.push({ at: end, do: 'quiet' });
  return { seed, members: MEMBERS, documents, clients, steps };
}

/** In the paragraph that the AI writes as often as in any other; now and then in one of their own, also after it. */
function typed(random: Random): { act: Act; place: number } {
  const act = random.pick<Act>(['type', 'type', 'type', 'type', 'type', 'type', 'type', 'add']);
  return { act, place: random.below(2) === 0 ? random.next() : 0.97 + 0.03 * random.next() };
}
