import { useEffect } from 'react';
import { useNavigate } from 'react-router';
import { useSitePath } from '~/shared/data/workspace';
import { NAV_PAGES } from './page';

// Long enough for two keys in a row, too short for a forgotten first one.
const CHORD_MS = 1000;

/** `g` and a letter go to a page: `g k` to the keywords. */
export function useGoKeys(): void {
  const navigate = useNavigate();
  const path = useSitePath();
  useEffect(() => {
    let begunAt = 0;
    const key = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey || target.closest('input, textarea, select, dialog, [contenteditable="true"]')) return;
      if (event.timeStamp - begunAt < CHORD_MS) {
        const page = NAV_PAGES.find((one) => one.key === event.key);
        begunAt = 0;
        if (!page) return;
        event.preventDefault();
        event.stopPropagation();
        void navigate(path(page.page));
      } else if (event.key === 'g') {
        begunAt = event.timeStamp;
      }
    };
    document.addEventListener('keydown', key, true);
    return () => document.removeEventListener('keydown', key, true);
  }, [navigate, path]);
}
