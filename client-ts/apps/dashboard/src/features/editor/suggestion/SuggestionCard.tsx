import { useEffect, useRef } from 'react';
import { Check, Undo2, X } from 'lucide-react';
import type { SuggestionView } from '@igny8/protocol';
import { madeBy } from '~/shared/format/made';
import { formatAgo } from '~/shared/format/time';
import { Button } from '~/shared/ui/Button';
import { classNames } from '~/shared/ui/classNames';
import { authorName } from '../comment/thread';
import type { Suggestions } from './useSuggestions';
import { DECIDED, instructionWord, isOpen } from './word';

interface CardProps {
  suggestion: SuggestionView;
  suggestions: Suggestions;
}

/** A suggestion that nobody has decided on: what stands there, and what would. */
export function SuggestionCard({ suggestion, suggestions }: CardProps) {
  const { selected, order, mayEdit, busy } = suggestions;
  const chosen = selected === suggestion.id;
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) card.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const { state } = suggestion;
  const made = madeBy(suggestion);
  return (
    <li
      ref={card}
      aria-label={`Suggestion of ${suggestion.author}`}
      aria-current={chosen || undefined}
      className={classNames('flex flex-col gap-2 rounded-lg border bg-surface px-3 py-2.5', chosen ? 'border-accent shadow-low' : 'border-line')}
    >
      <button type="button" disabled={!order.includes(suggestion.id)} onClick={() => suggestions.select(suggestion.id)} className="rounded-sm text-left text-xs text-ink-3 enabled:hover:text-ink">
        <span className="sr-only">Show in the text: </span>
        <span className="font-medium text-ink">{suggestion.author}</span> · {instructionWord(suggestion.instruction)}
        <AskedBy {...{ suggestion, suggestions }} />
      </button>
      <Texts texts={state === 'changed' ? suggestion.now : suggestion.before} gone />
      <Texts texts={suggestion.after} />
      {made && <p className="text-2xs text-ink-3">{made}</p>}
      {state === 'changed' && <p className="text-xs text-warn">The text has changed since it was rewritten. Accepting replaces what stands there now; it is kept as a version.</p>}
      {state === 'detached' && <p className="text-xs text-warn">The text that this is about was deleted or divided. It can only be rejected.</p>}
      {mayEdit && (
        <div className="flex flex-wrap gap-2">
          {state !== 'detached' && (
            <Button size="sm" kind="primary" icon={<Check size={13} />} disabled={busy} onClick={() => suggestions.accept(suggestion)}>
              {state === 'changed' ? 'Accept over the text of now' : 'Accept'}
            </Button>
          )}
          <Button size="sm" icon={<X size={13} />} disabled={busy} onClick={() => suggestions.reject(suggestion)}>
            Reject
          </Button>
        </div>
      )}
    </li>
  );
}

function AskedBy({ suggestion, suggestions }: CardProps) {
  if (suggestion.by === null) return null;
  return <> for {authorName(suggestion.by, suggestions.members)}</>;
}

function Texts({ texts, gone }: { texts: readonly string[]; gone?: boolean }) {
  const Tag = gone ? 'del' : 'ins';
  return (
    <div className={classNames('flex flex-col gap-1 rounded-md border-l-2 px-2 py-1 text-sm text-ink', gone ? 'border-bad bg-bad-soft' : 'border-good bg-good-soft')}>
      <span className="sr-only">{gone ? 'Now: ' : 'Suggested: '}</span>
      {texts.map((text, at) => (
        <Tag key={at} className={classNames('break-words', gone ? 'line-through decoration-1' : 'no-underline')}>
          {text}
        </Tag>
      ))}
    </div>
  );
}

/** One that is decided, and the way back. */
export function DecidedCard({ suggestion, suggestions }: CardProps) {
  const { state, decision } = suggestion;
  if (isOpen(suggestion) || state === 'open' || state === 'changed' || state === 'detached') return null;
  return (
    <li className="flex items-center gap-2 rounded-lg border border-line px-3 py-2 text-xs text-ink-3">
      <span className="min-w-0 flex-1">
        <span className="block truncate text-ink-2">{suggestion.after.join(' ')}</span>
        {DECIDED[state]}
        {decision && ` by ${authorName(decision.by, suggestions.members)} ${formatAgo(decision.at)}`}
      </span>
      {suggestions.mayEdit && state === 'accepted' && (
        <Button size="sm" icon={<Undo2 size={12} />} disabled={suggestions.busy} onClick={() => suggestions.undo(suggestion)}>
          Undo
        </Button>
      )}
    </li>
  );
}
