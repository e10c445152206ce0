import { useEffect, useRef } from 'react';
import { useNavigate } from 'react-router';
import { useSitePath } from '~/shared/data/workspace';
import { NAV_PAGES } from '../page';

// Long enough for two keys in a row, too short for a forgotten first one.
const CHORD_MS = 1000;

/** `g` and then a letter, soon after. */
export class Chord {
  private begunAt: number | null = null;

  /** Takes a key that was pressed at `at` ms, by any clock. Says the letter that followed `g`. */
  press(key: string, at: number): string | null {
    const begunAt = this.begunAt;
    this.begunAt = null;
    if (begunAt !== null && at - begunAt < CHORD_MS) return key;
    if (key === 'g') this.begunAt = at;
    return null;
  }
}

/** `g` and a letter go to a page: `g k` to the keywords. */
export function useGoKeys(): void {
  const navigate = useNavigate();
  const path = useSitePath();
  // Kept over what is drawn anew between the two keys.
  const chord = useRef(new Chord());
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey || target.closest('input, textarea, select, dialog, [contenteditable="true"]')) return;
      const letter = chord.current.press(event.key, event.timeStamp);
      const page = letter === null ? undefined : NAV_PAGES.find((one) => one.key === letter);
      if (!page) return;
      event.preventDefault();
      event.stopPropagation();
      void navigate(path(page.page));
    };
    document.addEventListener('keydown', press, true);
    return () => document.removeEventListener('keydown', press, true);
  }, [navigate, path]);
}
