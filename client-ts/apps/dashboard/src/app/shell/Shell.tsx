import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'react-router';
import type { SiteView } from '@igny8/protocol';
import { useLiveTasks } from '~/shared/data/useLiveTasks';
import { useSitePath } from '~/shared/data/workspace';
import { CommandPalette } from '~/shared/overlay/CommandPalette';
import { AIStatusBar } from '~/shared/task/AIStatusBar';
import type { LiveTask } from '~/shared/task/liveTask';
import { ConnectionBanner } from './ConnectionBanner';
import { Sidebar } from './Sidebar';
import { TopBar } from './TopBar';
import { useCommands } from './useCommands';
import { useGoKeys } from './keys/useGoKeys';
import { useLowCredits } from './useLowCredits';

/** Sidebar, page, AI status bar, command palette. */
export function Shell({ sites, children }: { sites: readonly SiteView[]; children: ReactNode }) {
  const [palette, setPalette] = useState(false);
  const drawer = useDrawer();
  const commands = useCommands(sites);
  useGoKeys();
  useLowCredits();
  usePaletteKey(() => setPalette((open) => !open));
  return (
    <div className="flex h-dvh overflow-hidden">
      <a href="#page" className="sr-only z-50 rounded-md bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:shadow-high">
        Skip to the page
      </a>
      <Sidebar sites={sites} open={drawer.open} onClose={drawer.close} onPalette={() => (drawer.close(), setPalette(true))} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar sites={sites} open={drawer.open} onOpen={drawer.show} />
        <ConnectionBanner />
        <main id="page" tabIndex={-1} className="min-h-0 flex-1 overflow-hidden bg-canvas focus-visible:outline-none">
          {children}
        </main>
        <RunningTasks />
      </div>
      {palette && <CommandPalette commands={commands} onClose={() => setPalette(false)} />}
    </div>
  );
}

/** The sidebar on a narrow screen: it comes over the page and goes with the next page. */
function useDrawer() {
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  return { open: openAt === pathname, show: () => setOpenAt(pathname), close: () => setOpenAt(null) };
}

function RunningTasks() {
  const tasks = useLiveTasks();
  const path = useSitePath();
  const pathOf = ({ task }: LiveTask) => path(task.document && task.kind === 'draft' ? `drafts/${task.document}` : `tasks?task=${task.id}`);
  return <AIStatusBar tasks={tasks} tasksPath={path('tasks')} pathOf={pathOf} />;
}

function usePaletteKey(toggle: () => void): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      toggle();
    };
    document.addEventListener('keydown', key);
    return () => document.removeEventListener('keydown', key);
  });
}
