import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { FilePlus2, FileUp, Globe, LogOut, Moon, Shapes, Sun } from 'lucide-react';
import type { SiteView } from '@igny8/protocol';
import { setTheme } from '~/app/theme';
import { useCan, useSitePath } from '~/shared/data/workspace';
import type { Command } from '~/shared/overlay/CommandPalette';
import { NAV_PAGES } from './page';
import { useSignOut } from '~/app/useSignOut';

/** What the command palette offers here. */
export function useCommands(sites: readonly SiteView[]): Command[] {
  const navigate = useNavigate();
  const path = useSitePath();
  const signOut = useSignOut();
  const mayEdit = useCan('edit');
  return useMemo(() => {
    const go = (to: string) => () => void navigate(to);
    const actions: Command[] = [
      { id: 'import', label: 'Import keywords', group: 'Do', icon: <FileUp size={15} />, words: 'csv upload paste', run: go(path('keywords?do=import')) },
      { id: 'cluster', label: 'Cluster the keywords', group: 'Do', icon: <Shapes size={15} />, run: go(path('keywords?do=cluster')) },
      { id: 'ideas', label: 'Pick ideas to write', group: 'Do', icon: <FilePlus2 size={15} />, words: 'draft generate article', run: go(path('ideas?status=new')) },
    ];
    return [
      ...(mayEdit ? actions : []),
      ...NAV_PAGES.map((page) => ({ id: `go-${page.page}`, label: page.label, group: 'Go to', icon: page.icon, ...(page.key ? { keys: ['G', page.key.toUpperCase()] } : {}), run: go(path(page.page)) })),
      ...sites.map((site) => ({ id: `site-${site.id}`, label: site.name, group: 'Sites', icon: <Globe size={15} />, words: 'switch', run: go(`/sites/${site.id}/dashboard`) })),
      { id: 'light', label: 'Light theme', group: 'This browser', icon: <Sun size={15} />, run: () => setTheme('light') },
      { id: 'dark', label: 'Dark theme', group: 'This browser', icon: <Moon size={15} />, run: () => setTheme('dark') },
      { id: 'out', label: 'Sign out', group: 'This browser', icon: <LogOut size={15} />, words: 'logout', run: () => void signOut() },
    ];
  }, [navigate, path, signOut, mayEdit, sites]);
}
