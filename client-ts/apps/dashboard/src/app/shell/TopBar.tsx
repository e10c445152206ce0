import { Menu } from 'lucide-react';
import type { SiteView } from '@igny8/protocol';
import { useSiteId } from '~/shared/data/workspace';
import { IconButton } from '~/shared/ui/Button';

/** On a narrow screen: which site this is, and the way to all pages. */
export function TopBar({ sites, open, onOpen }: { sites: readonly SiteView[]; open: boolean; onOpen: () => void }) {
  const id = useSiteId();
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 border-b border-line bg-sunken px-2 md:hidden">
      <IconButton label="All pages" aria-expanded={open} onClick={onOpen}>
        <Menu size={16} />
      </IconButton>
      <span className="truncate font-medium">{sites.find((site) => site.id === id)?.name}</span>
    </div>
  );
}
