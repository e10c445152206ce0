import { classNames } from '~/shared/ui/classNames';

/** A few choices of which one holds, beside each other. */
export function SegmentedControl<Value extends string>({ label, value, options, onChange }: { label: string; value: Value; options: readonly (readonly [Value, string])[]; onChange: (value: Value) => void }) {
  return (
    <div role="group" aria-label={label} className="inline-flex flex-wrap overflow-hidden rounded-md border border-line-strong">
      {options.map(([option, name]) => (
        <button
          key={option}
          type="button"
          aria-pressed={option === value}
          onClick={() => onChange(option)}
          className={classNames('h-7 px-2.5 text-xs not-first:border-l not-first:border-line-strong focus-visible:-outline-offset-2', option === value ? 'bg-accent-soft font-medium text-accent-text' : 'bg-surface text-ink-2 hover:bg-hover')}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
