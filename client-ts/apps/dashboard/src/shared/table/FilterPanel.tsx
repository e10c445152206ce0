import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Search, X } from 'lucide-react';
import { classNames } from '~/shared/ui/classNames';
import { Keys } from '~/shared/ui/Keys';
import { formatCompact } from '~/shared/format/number';

export interface FilterOption {
  value: string;
  label: string;
  count?: number | undefined;
}

interface FilterPanelProps {
  /** What is searched, such as `keywords`. */
  what: string;
  search?: { value: string; onChange: (value: string) => void };
  status?: { value: string; options: FilterOption[]; onChange: (value: string) => void };
  children?: ReactNode;
}

// Long enough that a typed word is one request, short enough to feel immediate.
const SEARCH_DELAY_MS = 200;

/** The line above a table: search (press /), status, and whatever else narrows the list. */
export function FilterPanel({ what, search, status, children }: FilterPanelProps) {
  return (
    <div className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2 sm:px-6">
      {search && <SearchBox what={what} {...search} />}
      {status && <StatusTabs what={what} {...status} />}
      {children}
    </div>
  );
}

function SearchBox({ what, value, onChange }: { what: string; value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  useEffect(() => {
    const slash = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest('input, textarea, select, [contenteditable="true"], dialog');
      if (event.key !== '/' || typing) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', slash);
    return () => document.removeEventListener('keydown', slash);
  }, []);
  return (
    <div className="relative">
      <Search size={14} className="pointer-events-none absolute top-2.25 left-2.5 text-ink-3" aria-hidden="true" />
      <input
        ref={input}
        type="search"
        aria-label={`Search ${what}`}
        placeholder={`Search ${what}`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setText('')}
        className="h-8 w-60 rounded-md border border-line-strong bg-surface pr-8 pl-8 text-sm shadow-low placeholder:text-ink-3 hover:border-ink-3 [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="absolute top-2 right-2 flex">
        {text ? (
          <button type="button" aria-label="Clear the search" onClick={() => setText('')} className="text-ink-3 hover:text-ink">
            <X size={14} />
          </button>
        ) : (
          <Keys keys={['/']} />
        )}
      </span>
    </div>
  );
}

function StatusTabs({ what, value, options, onChange }: { what: string; value: string; options: FilterOption[]; onChange: (value: string) => void }) {
  return (
    <div role="group" aria-label={`Filter ${what} by status`} className="flex flex-wrap items-center gap-0.5">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={classNames('inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-sm transition-colors duration-100', option.value === value ? 'bg-hover font-medium text-ink' : 'text-ink-3 hover:bg-hover hover:text-ink')}
        >
          {option.label}
          {option.count !== undefined && <span className="tnum text-xs text-ink-3">{formatCompact(option.count)}</span>}
        </button>
      ))}
    </div>
  );
}
