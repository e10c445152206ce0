const COUNT = new Intl.NumberFormat('en-US');
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const MONEY = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const MICROS_PER_UNIT = 1_000_000;

export function formatCount(value: number): string {
  return COUNT.format(value);
}

export function formatCompact(value: number): string {
  return COMPACT.format(value);
}

/** Millionths of a currency as its units; a dash where nothing is known. */
export function formatMicros(micros: number | null | undefined): string {
  return micros === null || micros === undefined ? '–' : MONEY.format(micros / MICROS_PER_UNIT);
}

/** `1 idea`, `2 ideas`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

export function formatCredits(credits: number): string {
  return formatPlural(credits, 'credit');
}

const DOLLARS = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', minimumFractionDigits: 2, maximumFractionDigits: 6 });

/** Millionths of a US dollar to the last of them: `$0.001234`. */
export function formatDollars(micros: number): string {
  return DOLLARS.format(micros / MICROS_PER_UNIT);
}
