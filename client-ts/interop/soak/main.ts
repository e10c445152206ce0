// `npm run soak -w @igny8/interop -- --seed S --minutes M`, or `--plan FILE` for one that failed.
// With `--lose` it must fail.
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { draw, type Plan } from './plan.js';
import { run } from './run.js';

/** More of them say nothing new. */
const SHOWN_MAX = 40;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The exit status. */
export async function main(args: string[]): Promise<number> {
  // Each HocuspocusProvider waits for the end of the process.
  process.setMaxListeners(0);
  const { values } = parseArgs({ args, options: { seed: { type: 'string', default: '1' }, minutes: { type: 'string', default: '2' }, plan: { type: 'string' }, lose: { type: 'boolean', default: false } } });
  const plan = values.plan === undefined ? draw(Number(values.seed), Number(values.minutes)) : (JSON.parse(await readFile(values.plan, 'utf8')) as Plan);
  say(`soak from seed ${plan.seed}: ${plan.steps.length} steps of ${plan.clients.length} clients in ${plan.documents.length} documents`);
  const faults = await run(plan, say, { loses: values.lose }).catch((error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)]);
  for (const fault of faults.slice(0, SHOWN_MAX)) say(`FAULT ${fault}`);
  if (faults.length > 0) {
    const file = join(tmpdir(), `igny8-soak-${plan.seed}.json`);
    await writeFile(file, JSON.stringify(plan));
    say(`${faults.length} faults; the same again: --plan ${file}`);
  }
  say(`soak ${faults.length === 0 ? 'passed' : 'failed'}`);
  return faults.length === 0 ? 0 : 1;
}
