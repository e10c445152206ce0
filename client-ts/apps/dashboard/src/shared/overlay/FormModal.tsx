import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { describeProblem } from '~/shared/format/problem';
import { Dialog } from './Dialog';

interface FormModalProps {
  title: string;
  description?: ReactNode;
  submit: string;
  /** May throw: the problem is shown in the form, which stays open with what was typed. */
  onSubmit: () => Promise<void>;
  onClose: () => void;
  children: ReactNode;
  canSubmit?: boolean;
  width?: 'sm' | 'md' | 'lg';
}

/** A form in a dialog: closes when its work is done, says why when it is refused. */
export function FormModal({ title, description, submit, onSubmit, onClose, children, canSubmit = true, width = 'md' }: FormModalProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
      onClose();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const problem = error ? describeProblem(error) : null;
  return (
    <Dialog title={title} description={description} onClose={onClose} width={width}>
      <form onSubmit={(event) => void send(event)} className="flex flex-col gap-4 pb-3">
        {children}
        {problem && (
          <Notice tone="bad" title={problem.title}>
            {problem.detail}
          </Notice>
        )}
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={!canSubmit}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
