// `npm run stream -w @igny8/interop -- --drafts N --seed S`: the AI's text after kills in mid-stream, with people
// typing in it, is what the same model writes undisturbed. With `--lose` it must fail.
import { parseArgs } from 'node:util';

import { run } from '../soak/run.js';
import { draw, WORDS_PER_SECOND } from './plan.js';
import { Round } from './round.js';

/** So many rounds one after the other in which no draft was met in mid-stream say that something is wrong. */
const EMPTY_MAX = 3;
/** More of them say nothing new. */
const SHOWN_MAX = 40;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Rounds, each from its own seed, until so many drafts were in mid-stream at a kill. Answers with the exit status. */
export async function main(args: string[]): Promise<number> {
  // Each HocuspocusProvider waits for the end of the process.
  process.setMaxListeners(0);
  const { values } = parseArgs({ args, options: { seed: { type: 'string', default: '1' }, drafts: { type: 'string', default: '5' }, lose: { type: 'boolean', default: false } } });
  const [wanted, from] = [Number(values.drafts), Number(values.seed)];
  const sum = { kills: 0, streams: 0, equal: 0 };
  const faults: string[] = [];
  for (let seed = from, empty = 0; sum.streams < wanted && empty < EMPTY_MAX && faults.length === 0; seed += 1) {
    const round = new Round();
    const told: string[] = [];
    const options = { loses: values.lose, wordsPerSecond: WORDS_PER_SECOND, watch: round };
    faults.push(...(await run(draw(seed), (line) => void told.push(line), options).catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)])));
    sum.kills += round.kills;
    sum.streams += round.streams;
    sum.equal += round.equal;
    empty = round.streams === 0 ? empty + 1 : 0;
    say(`seed ${seed}: ${round.summary()}`);
    if (faults.length === 0) continue;
    for (const line of told) say(line);
    say(`the same again: --seed ${seed} --drafts 1; its plan: ${JSON.stringify(draw(seed).steps.filter((step) => step.do !== 'edit'))}`);
  }
  for (const fault of faults.slice(0, SHOWN_MAX)) say(`FAULT ${fault}`);
  const isGood = faults.length === 0 && sum.streams >= wanted && sum.equal === sum.streams;
  say(`${sum.streams} drafts were in mid-stream at one of ${sum.kills} kills; ${sum.equal} of them have the text of the undisturbed ones`);
  say(`stream ${isGood ? 'passed' : 'failed'}`);
  return isGood ? 0 : 1;
}
