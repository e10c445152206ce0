/** Exponential with full jitter: spread evenly from 0 to the ceiling, so that a thousand clients
 * of one restarted server do not come back in the same second. */
export function backoffDelay(attempt: number, baseMs: number, maxMs: number, random: () => number = Math.random): number {
  // 2^20 times any base is above every ceiling here; more would only risk infinity.
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.floor(random() * ceiling);
}
