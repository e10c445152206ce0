import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from 'react';
import { classNames } from './classNames';

const BOX =
  'w-full rounded-md border border-line-strong bg-surface text-sm text-ink shadow-low placeholder:text-ink-3 transition-colors duration-100 hover:border-ink-3 disabled:opacity-60 aria-invalid:border-bad';

interface Labelled {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** The label is read aloud but not shown. */
  hideLabel?: boolean;
}

function Frame(props: Labelled & { id: string; className?: string; children: ReactNode }) {
  return (
    <div className={classNames('flex flex-col gap-1', props.className)}>
      <label htmlFor={props.id} className={props.hideLabel ? 'sr-only' : 'text-xs font-medium text-ink-2'}>
        {props.label}
      </label>
      {props.children}
      {props.error ? (
        <p id={`${props.id}-note`} className="text-xs text-bad" role="alert">
          {props.error}
        </p>
      ) : (
        props.hint && (
          <p id={`${props.id}-note`} className="text-xs text-ink-3">
            {props.hint}
          </p>
        )
      )}
    </div>
  );
}

function described(id: string, props: Labelled) {
  return { id, 'aria-invalid': props.error ? true : undefined, 'aria-describedby': props.error || props.hint ? `${id}-note` : undefined };
}

export function TextField({ label, hint, error, hideLabel, className, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame {...{ label, hint, error, id }} hideLabel={hideLabel ?? false} className={className ?? ''}>
      <input {...rest} {...described(id, { label, hint, error })} className={classNames(BOX, 'h-8 px-2.5')} />
    </Frame>
  );
}

export function TextArea({ label, hint, error, hideLabel, className, mono, ...rest }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement> & { mono?: boolean }) {
  const id = useId();
  return (
    <Frame {...{ label, hint, error, id }} hideLabel={hideLabel ?? false} className={className ?? ''}>
      <textarea
        rows={4}
        {...rest}
        {...described(id, { label, hint, error })}
        className={classNames(BOX, 'resize-y px-2.5 py-2', mono && 'font-mono text-xs leading-5')}
      />
    </Frame>
  );
}

export function SelectField({ label, hint, error, hideLabel, className, children, ...rest }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Frame {...{ label, hint, error, id }} hideLabel={hideLabel ?? false} className={className ?? ''}>
      <select {...rest} {...described(id, { label, hint, error })} className={classNames(BOX, 'h-8 px-2 pr-7')}>
        {children}
      </select>
    </Frame>
  );
}

/** A whole number with buttons for one less and one more. */
export function StepperField(props: Labelled & { value: number; min: number; max: number; onChange: (value: number) => void }) {
  const id = useId();
  const clamp = (value: number) => Math.min(props.max, Math.max(props.min, Math.round(value)));
  const step = 'h-8 w-8 text-ink-2 hover:bg-hover disabled:opacity-40';
  return (
    <Frame label={props.label} hint={props.hint} error={props.error} id={id}>
      <div className="inline-flex w-fit overflow-hidden rounded-md border border-line-strong bg-surface shadow-low">
        <button type="button" className={step} aria-label={`${props.label}: one less`} disabled={props.value <= props.min} onClick={() => props.onChange(clamp(props.value - 1))}>
          −
        </button>
        <input
          {...described(id, props)}
          inputMode="numeric"
          className="tnum w-10 border-x border-line text-center text-sm"
          value={props.value}
          onChange={(event) => props.onChange(clamp(Number(event.target.value.replace(/\D/g, '')) || props.min))}
        />
        <button type="button" className={step} aria-label={`${props.label}: one more`} disabled={props.value >= props.max} onClick={() => props.onChange(clamp(props.value + 1))}>
          +
        </button>
      </div>
    </Frame>
  );
}

type NumberFieldProps = { label: string; min: number; max: number; hint?: string; error?: string | undefined; disabled?: boolean } & (
  | { value: number; onChange: (value: number) => void; optional?: false }
  | { value: number | null; onChange: (value: number | null) => void; optional: true }
);

/** A whole number between bounds; an empty one is none, where that is allowed. */
export function NumberField({ label, min, max, hint, error, disabled, ...field }: NumberFieldProps) {
  const change = (text: string) => {
    if (text !== '') field.onChange(Number(text));
    else if (field.optional) field.onChange(null);
  };
  return <TextField label={label} type="number" inputMode="numeric" min={min} max={max} step={1} required={!field.optional} disabled={disabled} value={field.value ?? ''} hint={hint} error={error} onChange={(event) => change(event.target.value)} />;
}

export function CheckField({ label, checked, disabled, onChange }: { label: string; checked: boolean; disabled?: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="flex items-center gap-2 text-sm text-ink-2">
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} className="size-3.5 shrink-0 accent-accent" />
      {label}
    </label>
  );
}
