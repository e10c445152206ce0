import { Sparkles } from 'lucide-react';
import { describeProgress, isActive, type LiveTask } from '~/shared/task/liveTask';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { DecidedCard, SuggestionCard } from './SuggestionCard';
import type { Suggestions } from './useSuggestions';

/** What the AI suggests for places of the text: old and new, beside it. */
export function SuggestionsPane({ suggestions, tasks }: { suggestions: Suggestions; tasks: LiveTask[] }) {
  const { read, open, decided } = suggestions;
  const pending = tasks.filter(({ task }) => task.kind === 'rewrite' && isActive(task));
  if (read.error && !read.data) return <ProblemState error={read.error} onRetry={() => void read.refetch()} />;
  return (
    <div className="flex flex-col gap-3 px-4 py-4">
      {pending.length > 0 && (
        <ul aria-label="Rewrites under way" className="flex flex-col gap-1">
          {pending.map((row) => (
            <li key={row.task.id} className="flex items-center gap-2 text-xs text-ink-2">
              <Sparkles size={13} className="shrink-0 text-accent-text" aria-hidden="true" />
              {describeProgress(row) || 'Waits for its turn'}
            </li>
          ))}
        </ul>
      )}
      {!read.data && <SkeletonLines lines={4} />}
      {read.data && open.length + decided.length + pending.length === 0 && <Nothing />}
      {open.length > 0 && (
        <ul aria-label="Suggestions" className="flex flex-col gap-3">
          {open.map((one) => (
            <SuggestionCard key={one.id} suggestion={one} suggestions={suggestions} />
          ))}
        </ul>
      )}
      {decided.length > 0 && (
        <section aria-label="Decided suggestions" className="flex flex-col gap-2">
          <h3 className="text-xs font-medium text-ink-3">Decided</h3>
          <ul className="flex flex-col gap-2">
            {decided.map((one) => (
              <DecidedCard key={one.id} suggestion={one} suggestions={suggestions} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Nothing() {
  return (
    <div role="status" className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <Sparkles size={18} className="text-ink-3" aria-hidden="true" />
      <p className="font-medium text-ink">No suggestions</p>
      <p className="text-balance text-ink-3">Select some text and press “Rewrite” above it. The text stays as it is until somebody accepts.</p>
    </div>
  );
}
