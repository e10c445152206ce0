import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Check } from 'lucide-react';
import { classNames } from '~/shared/ui/classNames';

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  note?: ReactNode;
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  run: () => void;
}

interface MenuProps {
  /** What the menu is for; the button is named by its content. */
  label: string;
  button: ReactNode;
  buttonClassName?: string;
  sections: MenuItem[][];
  align?: 'left' | 'right';
  up?: boolean;
}

/** A button with a menu: arrows move, Enter chooses, Escape closes and gives the focus back. */
export function Menu({ label, button, buttonClassName, sections, align = 'left', up }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
    const outside = (event: PointerEvent) => !root.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>('[aria-haspopup]')?.focus();
  };
  return (
    <div ref={root} className="relative min-w-0" onKeyDown={(event) => open && moveFocus(event, root.current, close)}>
      <button type="button" title={label} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)} className={buttonClassName}>
        {button}
      </button>
      {open && (
        <div
          id={id}
          role="menu"
          aria-label={label}
          className={classNames(
            'rise absolute z-40 min-w-52 rounded-lg border border-line bg-surface p-1 shadow-high',
            align === 'right' ? 'right-0' : 'left-0',
            up ? 'bottom-full mb-1' : 'top-full mt-1',
          )}
        >
          {sections.map((items, section) => (
            <div key={section} role="group" className="not-first:mt-1 not-first:border-t not-first:border-line not-first:pt-1">
              {items.map((item) => (
                <Item key={item.label} item={item} onDone={close} />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Item({ item, onDone }: { item: MenuItem; onDone: () => void }) {
  const choose = () => {
    onDone();
    item.run();
  };
  return (
    <button
      type="button"
      role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
      aria-checked={item.checked}
      disabled={item.disabled}
      onClick={choose}
      className={classNames('flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left text-sm hover:bg-hover focus:bg-hover focus-visible:outline-none disabled:opacity-50', item.danger ? 'text-bad' : 'text-ink')}
    >
      {item.icon && <span className="text-ink-3">{item.icon}</span>}
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="truncate">{item.label}</span>
        {item.note && <span className="text-xs text-ink-3">{item.note}</span>}
      </span>
      {item.checked && <Check size={14} className="text-accent-text" aria-hidden="true" />}
    </button>
  );
}

function moveFocus(event: KeyboardEvent, root: HTMLElement | null, close: () => void): void {
  if (event.key === 'Escape' || event.key === 'Tab') {
    if (event.key === 'Escape') event.preventDefault();
    close();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !root) return;
  event.preventDefault();
  const items = [...root.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)')];
  const now = items.indexOf(document.activeElement as HTMLElement);
  items[(now + step + items.length) % items.length]?.focus();
}
