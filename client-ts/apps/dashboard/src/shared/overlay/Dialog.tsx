import { useEffect, useId, useRef, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { IconButton } from '~/shared/ui/Button';
import { classNames } from '~/shared/ui/classNames';

interface DialogProps {
  title: string;
  description?: ReactNode;
  onClose: () => void;
  children?: ReactNode;
  footer?: ReactNode;
  width?: 'sm' | 'md' | 'lg';
  /** Confirmations are alerts: they interrupt. */
  role?: 'dialog' | 'alertdialog';
}

const WIDTH = { sm: 'w-[400px]', md: 'w-[520px]', lg: 'w-[800px]' };

/** A modal on the browser's own dialog element, which keeps the focus inside and closes on Escape. */
export function Dialog({ title, description, onClose, children, footer, width = 'md', role = 'dialog' }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) {
      dialog.showModal();
      firstFocus(dialog, role)?.focus();
    }
    return () => dialog?.close();
  }, [role]);
  return (
    <dialog
      ref={element}
      role={role}
      aria-labelledby={`${id}-title`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === element.current && onClose()}
      className={classNames('rise m-auto max-h-[85vh] max-w-[calc(100vw-32px)] overflow-hidden rounded-xl border border-line bg-surface p-0 text-sm shadow-high', WIDTH[width])}
    >
      <div className="flex max-h-[85vh] flex-col">
        <header className="flex items-start justify-between gap-4 px-5 pt-4 pb-2">
          <div className="flex flex-col gap-1">
            <h2 id={`${id}-title`} className="text-base font-semibold">
              {title}
            </h2>
            {description && <p className="text-sm text-ink-3">{description}</p>}
          </div>
          <IconButton label="Close" onClick={onClose}>
            <X size={16} />
          </IconButton>
        </header>
        {children && <div className="min-h-0 overflow-y-auto px-5 py-2">{children}</div>}
        {footer && <footer className="mt-2 flex items-center justify-end gap-2 border-t border-line bg-sunken px-5 py-3">{footer}</footer>}
      </div>
    </dialog>
  );
}

/** The first field; without one the step that goes on, or, before something that cannot be undone, the one that does not. */
function firstFocus(dialog: HTMLDialogElement, role: DialogProps['role']): HTMLElement | null | undefined {
  const field = dialog.querySelector<HTMLElement>('input:not([type="file"]):enabled, textarea:enabled, select:enabled');
  const buttons = [...dialog.querySelectorAll<HTMLElement>('footer button:enabled')];
  return field ?? (role === 'alertdialog' ? buttons[0] : buttons.at(-1));
}
