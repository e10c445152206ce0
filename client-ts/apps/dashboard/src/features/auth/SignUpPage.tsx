import { useState } from 'react';
import { Link } from 'react-router';
import { useClient } from '@igny8/react';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';
import { Notice } from '~/shared/ui/Notice';
import { AuthFrame } from './AuthFrame';
import { useAuthForm } from './useAuthForm';

// The server refuses shorter ones.
const PASSWORD_MIN = 8;

export function SignUpPage() {
  const { session } = useClient();
  const [name, setName] = useState('');
  const [tenant, setTenant] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const form = useAuthForm(() => session.signUp({ name: name.trim(), tenant_name: tenant.trim(), email: email.trim(), password }));
  return (
    <AuthFrame
      title="Create a workspace"
      text="Your team, your sites, your credits."
      foot={
        <>
          Already have an account?{' '}
          <Link to="/login" className="rounded-sm font-medium text-accent-text hover:underline">
            Sign in
          </Link>
        </>
      }
    >
      <form onSubmit={form.submit} className="flex flex-col gap-4">
        <TextField label="Your name" autoComplete="name" autoFocus required value={name} error={form.field('name')} onChange={(event) => setName(event.target.value)} />
        <TextField label="Name of the workspace" autoComplete="organization" required value={tenant} error={form.field('tenant_name')} onChange={(event) => setTenant(event.target.value)} />
        <TextField label="E-mail address" type="email" autoComplete="username" required value={email} error={form.field('email')} onChange={(event) => setEmail(event.target.value)} />
        <TextField label="Password" type="password" autoComplete="new-password" required minLength={PASSWORD_MIN} hint="At least 8 characters; 15 or more are better." value={password} error={form.field('password')} onChange={(event) => setPassword(event.target.value)} />
        {form.problem && (
          <Notice tone="bad" title={form.problem.title}>
            {form.problem.detail}
          </Notice>
        )}
        <Button type="submit" kind="primary" size="lg" busy={form.busy}>
          Create the workspace
        </Button>
      </form>
    </AuthFrame>
  );
}
