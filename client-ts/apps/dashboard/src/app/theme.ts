import { useSyncExternalStore } from 'react';
import { State } from '@igny8/sdk';
import { remember, remembered } from '~/shared/data/remembered';

export type Theme = 'light' | 'dark' | 'system';

const THEMES: readonly Theme[] = ['light', 'dark', 'system'];
const chosen = new State<Theme>(THEMES.find((theme) => theme === remembered('theme')) ?? 'system');
const dark = matchMedia('(prefers-color-scheme: dark)');

function apply(): void {
  const theme = chosen.getSnapshot();
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}

/** Before the first paint, and whenever the system or the person changes their mind. */
export function startTheme(): void {
  apply();
  dark.addEventListener('change', apply);
}

export function setTheme(theme: Theme): void {
  remember('theme', theme);
  chosen.set(theme);
  apply();
}

export const useTheme = (): Theme => useSyncExternalStore(chosen.subscribe, chosen.getSnapshot);
