import { useEffect, useState } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { useClient, useSession } from '@igny8/react';
import { LoginPage } from '~/features/auth/LoginPage';
import { SignUpPage } from '~/features/auth/SignUpPage';
import { remember, remembered } from '~/shared/data/remembered';
import { describeProblem } from '~/shared/format/problem';
import { ProblemState } from '~/shared/ui/StateMessage';
import { Skeleton } from '~/shared/ui/Skeleton';
import { takeLoginCode } from './loginCode';
import { TenantRoutes } from './TenantRoutes';

// Once per page: a code counts once, and React may run effects twice.
let started: Promise<void> | null = null;

/** Signs in by link, goes on with the last login, or asks. */
export function SessionGate() {
  const session = useSession();
  const { codeProblem, failure, retry } = useStart();
  if (failure) return <ProblemState error={failure} onRetry={retry} />;
  if (session.status === 'unknown') return <StartSkeleton />;
  if (session.status === 'signed_out') {
    return (
      <Routes>
        <Route path="/sign-up" element={<SignUpPage />} />
        <Route path="/login" element={<LoginPage codeProblem={codeProblem} />} />
        <Route path="*" element={<LoginPage codeProblem={codeProblem} />} />
      </Routes>
    );
  }
  const membership = session.memberships.find(({ tenant }) => tenant.id === session.tenant);
  return (
    <Routes>
      <Route path="/login" element={<Navigate to="/" replace />} />
      <Route path="/sign-up" element={<Navigate to="/" replace />} />
      <Route path="*" element={<TenantRoutes key={session.tenant} membership={membership} />} />
    </Routes>
  );
}

function useStart() {
  const { session } = useClient();
  const [codeProblem, setCodeProblem] = useState<string>();
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    // Read before anything is restored: the first membership would overwrite it.
    const last = remembered('tenant');
    const begin = async () => {
      const code = takeLoginCode();
      if (code === null) await session.restore();
      else await session.loginWithCode(code).catch((error: unknown) => rejoin(error));
      if (last) session.selectTenant(last);
    };
    // A link that was used before: whoever is signed in already goes on, others learn why.
    const rejoin = async (error: unknown) => {
      const state = await session.restore();
      if (state.status !== 'signed_in') setCodeProblem(`${describeProblem(error).detail} Sign in with your password, or ask for a new link.`);
    };
    started ??= begin();
    started.catch((error: unknown) => setFailure(error));
    return session.subscribe(() => {
      if (session.tenant) remember('tenant', session.tenant);
    });
  }, [session]);
  const retry = () => {
    started = null;
    location.reload();
  };
  return { codeProblem, failure, retry };
}

function StartSkeleton() {
  return (
    <div className="flex h-screen" role="status" aria-label="Opening IGNY8">
      <div className="flex w-56 flex-col gap-4 border-r border-line bg-sunken p-4">
        <Skeleton className="h-7" />
        {Array.from({ length: 8 }, (_, line) => (
          <Skeleton key={line} className="h-4 w-3/4" />
        ))}
      </div>
    </div>
  );
}
