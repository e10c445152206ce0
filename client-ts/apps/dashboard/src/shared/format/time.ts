const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'narrow' });
const EXACT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** `5m ago`; anything within a minute is `just now`. */
export function formatAgo(at: number, now: number = Date.now()): string {
  const passed = at - now;
  for (const [unit, length] of STEPS) {
    if (Math.abs(passed) >= length) return RELATIVE.format(Math.round(passed / length), unit);
  }
  return passed > 0 ? 'in a moment' : 'just now';
}

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

export function formatDate(at: number): string {
  return DATE.format(at);
}

export function formatExact(at: number): string {
  return EXACT.format(at);
}

/** `48s`, `2m 05s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}

/** How long something took, where moments count: `420 ms`, `1.3 s`. */
export function formatLatency(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
