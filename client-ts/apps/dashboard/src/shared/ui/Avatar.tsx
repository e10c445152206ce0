import { classNames } from './classNames';

// Presence colours: each at least 4.5:1 against white, so that a name is legible on it.
const COLOURS = ['#b4233a', '#9a4a00', '#5f6b00', '#0b7350', '#0b6f86', '#2b5fc4', '#6a4bc9', '#a02c8f'] as const;

/** The same colour for the same person, everywhere. */
export function colourOf(key: string): string {
  let sum = 0;
  for (const char of key) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return COLOURS[sum % COLOURS.length] ?? COLOURS[0];
}

/** The same for people who stand beside each other: whoever comes later takes another colour, as long as there is one. */
export function coloursOf(keys: readonly string[]): string[] {
  const taken = new Set<string>();
  return keys.map((key) => {
    const own = colourOf(key);
    const first = COLOURS.findIndex((colour) => colour === own);
    const colour = [...COLOURS.slice(first), ...COLOURS].find((other) => !taken.has(other)) ?? own;
    taken.add(colour);
    return colour;
  });
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0]?.[0], words.at(-1)?.[0]] : [name.trim()[0]];
  return letters.join('').toUpperCase() || '?';
}

export function Avatar({ name, colour, live, size = 24 }: { name: string; colour?: string; live?: boolean; size?: number }) {
  return (
    <span
      title={name}
      role="img"
      aria-label={name}
      // Drawn by CSS: letters are no text that a voice user would say.
      data-initials={initials(name)}
      className={classNames('inline-flex shrink-0 before:content-[attr(data-initials)] items-center justify-center rounded-full text-2xs font-semibold text-white ring-2 ring-canvas', live && 'animate-[shimmer_1.6s_ease-in-out_infinite]')}
      style={{ backgroundColor: colour ?? colourOf(name), width: size, height: size, fontSize: size < 24 ? 9 : 10 }}
    />
  );
}
