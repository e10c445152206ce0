import { useState, type FormEvent } from 'react';
import { ProblemError } from '@igny8/sdk';
import { describeProblem } from '~/shared/format/problem';

/** Sends a form once, and keeps what was refused. */
export function useAuthForm(send: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    send()
      .catch(setError)
      .finally(() => setBusy(false));
  };
  const field = (name: string) => (error instanceof ProblemError ? error.field(name) : undefined);
  const named = error instanceof ProblemError && error.errors.length > 0;
  return { busy, submit, field, problem: error && !named ? describeProblem(error) : null };
}
