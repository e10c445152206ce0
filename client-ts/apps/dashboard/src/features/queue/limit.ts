import type { ModelLimit, Rate } from '@igny8/protocol';

// The server's own bounds.
export const MODELS_MAX = 32;
export const CALLS_MAX = 100;
export const PER_MINUTE_MAX = 6000;
const MODEL_CHARS_MAX = 200;

const burstOf = (per_minute: number): number => Math.max(1, Math.min(1000, Math.round(per_minute / 10)));

/** A rate as it is typed. How many may start at once on top of an even flow follows it, unless somebody had set that. */
export function rateOf(per_minute: number | null, before: Rate | null): Rate | null {
  if (per_minute === null) return null;
  const set = before !== null && before.burst !== burstOf(before.per_minute);
  return { per_minute, burst: set ? before.burst : burstOf(per_minute) };
}

export interface LimitErrors {
  model?: string;
  calls?: string;
  rate?: string;
}

/** What is wrong with each limit, at the field in which it was typed. An empty name is the field's own affair. */
export function limitErrors(limits: readonly ModelLimit[]): LimitErrors[] {
  const names = limits.map(({ model }) => model.trim());
  return limits.map(({ calls, rate }, index) => {
    const name = names[index] ?? '';
    const errors: LimitErrors = {};
    if (name.length > MODEL_CHARS_MAX) errors.model = `At most ${MODEL_CHARS_MAX} characters.`;
    else if (name !== '' && names.indexOf(name) < index) errors.model = 'This model has limits already.';
    if (calls !== null && !within(calls, CALLS_MAX)) errors.calls = `1 to ${CALLS_MAX}.`;
    else if (name !== '' && calls === null && rate === null) errors.calls = 'Enter one of the two, or remove the model.';
    if (rate !== null && !within(rate.per_minute, PER_MINUTE_MAX)) errors.rate = `1 to ${PER_MINUTE_MAX}.`;
    return errors;
  });
}

const within = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;
