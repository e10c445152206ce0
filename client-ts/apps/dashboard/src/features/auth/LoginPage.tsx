import { useState } from 'react';
import { Link, useLocation } from 'react-router';
import { useClient } from '@igny8/react';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { Notice } from '~/shared/ui/Notice';
import { AuthFrame } from './AuthFrame';
import { useAuthForm } from './useAuthForm';

export function LoginPage({ codeProblem }: { codeProblem?: string | undefined }) {
  const { session } = useClient();
  const { search } = useLocation();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const form = useAuthForm(() => session.login({ email: email.trim(), password }));
  return (
    <AuthFrame
      title="Sign in"
      text="Welcome back."
      foot={
        <>
          New here?{' '}
          <Link to={`/sign-up${search}`} className="rounded-sm font-medium text-accent-text hover:underline">
            Create a workspace
          </Link>
        </>
      }
    >
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        {codeProblem && (
          <Notice tone="warn" title="The login link did not work">
            {codeProblem}
          </Notice>
        )}
        <TextField label="E-mail address" type="email" autoComplete="username" autoFocus required value={email} error={form.field('email')} onChange={(event) => setEmail(event.target.value)} />
        <TextField label="Password" type="password" autoComplete="current-password" required value={password} error={form.field('password')} onChange={(event) => setPassword(event.target.value)} />
        {form.problem && (
          <Notice tone="bad" title={form.problem.title}>
            {form.problem.detail}
          </Notice>
        )}
        <Button type="submit" kind="primary" size="lg" busy={form.busy}>
          Sign in
        </Button>
      </form>
    </AuthFrame>
  );
}
