import { Link } from 'react-router';
import { Sparkles } from 'lucide-react';
import { formatPlural } from '~/shared/format/number';
import { TASK_KIND } from '~/shared/format/word';
import { ProgressBar } from '~/shared/ui/ProgressBar';
import { describeProgress, isActive, isRunning, type LiveTask } from './liveTask';

// As many as fit beside each other; the rest is counted and a click away.
const SHOWN_MAX = 3;

interface AIStatusBarProps {
  tasks: LiveTask[];
  tasksPath: string;
  pathOf: (row: LiveTask) => string;
}

/** What the AI does at this moment, on every page; gone when it rests. */
export function AIStatusBar({ tasks, tasksPath, pathOf }: AIStatusBarProps) {
  const running = tasks.filter(({ task }) => isRunning(task));
  const waiting = tasks.filter(({ task }) => isActive(task)).length - running.length;
  if (running.length === 0 && waiting === 0) return null;
  return (
    <div role="region" aria-label="AI at work" className="flex h-11 shrink-0 items-center gap-4 border-t border-line bg-surface px-4 text-xs sm:px-6">
      <Link to={tasksPath} className="flex shrink-0 items-center gap-2 rounded-sm font-medium text-ink hover:text-accent-text">
        <Sparkles size={14} className="text-accent-text" aria-hidden="true" />
        <span className="tnum">{running.length > 0 ? `${formatPlural(running.length, 'task')} running` : 'AI is waiting'}</span>
      </Link>
      <ul className="flex min-w-0 flex-1 gap-4">
        {running.slice(0, SHOWN_MAX).map((row) => (
          <li key={row.task.id} className="min-w-0 flex-1 basis-0 not-first:hidden md:not-first:block">
            <Link to={pathOf(row)} className="flex flex-col gap-1 rounded-sm hover:text-accent-text">
              <span className="flex justify-between gap-2">
                <span className="truncate text-ink-2">
                  {TASK_KIND[row.task.kind]}: {row.task.title}
                </span>
                <span className="tnum shrink-0 text-ink-3">{describeProgress(row)}</span>
              </span>
              <ProgressBar fraction={row.progress?.fraction} label={`Progress of ${row.task.title}`} />
            </Link>
          </li>
        ))}
      </ul>
      {(running.length > SHOWN_MAX || waiting > 0) && (
        <Link to={tasksPath} className="tnum shrink-0 rounded-sm text-ink-3 hover:text-ink">
          {[running.length > SHOWN_MAX && `${running.length - SHOWN_MAX} more`, waiting > 0 && `${waiting} waiting`].filter(Boolean).join(', ')}
        </Link>
      )}
    </div>
  );
}
