import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';
import { Button } from '~/shared/ui/Button';
import { Dialog } from './Dialog';

export interface Question {
  title: string;
  /** What will happen, and whether it can be undone. */
  body: ReactNode;
  /** The verb on the button: never "OK". */
  confirm: string;
  danger?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask | null>(null);

/** Asks before something that cannot be taken back. Resolves to the answer. */
export function useConfirm(): Ask {
  const ask = useContext(ConfirmContext);
  if (!ask) throw new Error('useConfirm needs a ConfirmDialogProvider above it');
  return ask;
}

export function ConfirmDialogProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<{ question: Question; answer: (yes: boolean) => void } | null>(null);
  const ask = useCallback<Ask>((question) => new Promise((answer) => setOpen({ question, answer })), []);
  const close = (yes: boolean) => {
    open?.answer(yes);
    setOpen(null);
  };
  return (
    <ConfirmContext value={ask}>
      {children}
      {open && <ConfirmDialog question={open.question} onAnswer={close} />}
    </ConfirmContext>
  );
}

export function ConfirmDialog({ question, onAnswer }: { question: Question; onAnswer: (yes: boolean) => void }) {
  return (
    <Dialog
      role="alertdialog"
      width="sm"
      title={question.title}
      onClose={() => onAnswer(false)}
      footer={
        <>
          <Button onClick={() => onAnswer(false)}>Keep as it is</Button>
          <Button kind={question.danger ? 'danger' : 'primary'} onClick={() => onAnswer(true)}>
            {question.confirm}
          </Button>
        </>
      }
    >
      <div className="text-ink-2">{question.body}</div>
    </Dialog>
  );
}
