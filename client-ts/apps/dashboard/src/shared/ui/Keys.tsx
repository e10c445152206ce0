/** A keyboard shortcut, such as `⌘ K`. */
export function Keys({ keys }: { keys: string[] }) {
  return (
    <span aria-hidden="true" className="inline-flex gap-0.5">
      {keys.map((key) => (
        <kbd key={key} className="inline-flex h-4 min-w-4 items-center justify-center rounded-sm border border-line bg-sunken px-1 font-sans text-2xs font-medium text-ink-3">
          {key}
        </kbd>
      ))}
    </span>
  );
}

/** What the command key is called on this machine. */
export const COMMAND_KEY = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform) ? '⌘' : 'Ctrl';
