import { useEffect, useRef } from 'react';
import { NavLink } from 'react-router';
import { Search } from 'lucide-react';
import type { SiteView } from '@igny8/protocol';
import { useSitePath } from '~/shared/data/workspace';
import { classNames } from '~/shared/ui/classNames';
import { COMMAND_KEY, Keys } from '~/shared/ui/Keys';
import { AccountMenu } from './AccountMenu';
import { ConnectionState } from './ConnectionState';
import { CreditBalance } from './CreditBalance';
import { NAVIGATION } from './page';
import { TenantSwitcher } from './TenantSwitcher';

interface SidebarProps {
  sites: readonly SiteView[];
  /** On a narrow screen: over the page. */
  open: boolean;
  onClose: () => void;
  onPalette: () => void;
}

export function Sidebar({ sites, open, onClose, onPalette }: SidebarProps) {
  const path = useSitePath();
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (open) element.current?.querySelector<HTMLElement>('nav a')?.focus();
  }, [open]);
  return (
    <>
      {open && <div aria-hidden="true" onClick={onClose} className="fixed inset-0 z-30 bg-(--backdrop) md:hidden" />}
    <aside
        ref={element}
        aria-label="Navigation"
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        className={classNames('w-56 shrink-0 flex-col border-r border-line bg-sunken md:static md:flex', open ? 'fixed inset-y-0 left-0 z-40 flex shadow-high md:shadow-none' : 'hidden')}
      >
      <div className="flex flex-col gap-2 p-3">
        <TenantSwitcher sites={sites} />
        <button type="button" onClick={onPalette} className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2 text-left text-ink-3 shadow-low hover:border-line-strong hover:text-ink-2">
          <Search size={14} aria-hidden="true" />
          <span className="flex-1">Go to, or do…</span>
          <Keys keys={[COMMAND_KEY, 'K']} />
        </button>
      </div>
      <nav aria-label="Pages" className="flex min-h-0 flex-1 flex-col gap-3 overflow-y-auto px-3 pb-3">
        {NAVIGATION.map(({ group, pages }) => (
          <div key={group ?? 'top'} className="flex flex-col gap-px">
            {group && <p className="px-2 pb-1 text-2xs font-medium text-ink-3">{group}</p>}
            {pages.map((page) => (
              <NavLink
                key={page.page}
                to={path(page.page)}
                onClick={onClose}
                className={({ isActive }) => classNames('flex h-7 items-center gap-2.5 rounded-md px-2 transition-colors duration-100', isActive ? 'bg-accent-soft font-medium text-accent-text' : 'text-ink-2 hover:bg-hover hover:text-ink')}
              >
                <span aria-hidden="true">{page.icon}</span>
                {page.label}
              </NavLink>
            ))}
          </div>
        ))}
      </nav>
      <div className="flex flex-col gap-1 border-t border-line p-3">
        <CreditBalance />
        <div className="flex items-center justify-between gap-2">
          <ConnectionState />
          <AccountMenu />
        </div>
      </div>
    </aside>
    </>
  );
}
