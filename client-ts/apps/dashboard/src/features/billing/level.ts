const LEVELS_MAX = 5;
const LEVEL_MAX = 1_000_000_000;

/** Levels as they are typed, such as `500, 50`: what they are, or what is wrong with them. */
export function readLevels(text: string): { levels: number[] } | { error: string } {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const levels = [...new Set(parts.map(Number))].sort((a, b) => b - a);
  if (levels.some((level) => !Number.isInteger(level) || level < 1 || level > LEVEL_MAX)) return { error: 'Write whole numbers above zero, with commas between them.' };
  if (levels.length > LEVELS_MAX) return { error: `At most ${LEVELS_MAX} levels.` };
  return { levels };
}
