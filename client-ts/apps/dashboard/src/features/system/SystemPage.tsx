import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useClient, useConnection } from '@igny8/react';
import type { SystemStatus } from '@igny8/protocol';
import { describeConnection } from '~/shared/format/connection';
import { formatCount } from '~/shared/format/number';
import { StatusDot } from '~/shared/ui/Badge';
import { Notice } from '~/shared/ui/Notice';
import { Card, PageHeader, Section } from '~/shared/ui/PageHeader';
import { Skeleton } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';

// Figures of the moment: there is no stream for them.
const REFRESH_MS = 3000;

export function SystemPage() {
  const { rest, session } = useClient();
  const status = useQuery({ queryKey: ['igny8', session.tenant, 'system'], queryFn: () => rest.system.status(), refetchInterval: REFRESH_MS });
  const version = useQuery({ queryKey: ['igny8', 'version'], queryFn: () => rest.system.version() });
  const connection = describeConnection(useConnection());
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="System" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-8 p-4 sm:p-6">
          <Section title="Server">
            <Facts
              facts={[
                ['Version', version.data?.version],
                ['Protocol versions', version.data?.protocols.join(', ')],
                ['Mode', version.data && (version.data.development ? 'Development: offline AI, demo credits' : 'Production')],
                ['This page’s connection', <StatusDot key="dot" tone={connection.tone}>{connection.label}</StatusDot>],
              ]}
            />
          </Section>
          <Section title="Actors in memory" description="Each tenant, site and open document has one. Those at rest leave memory.">
            {status.error ? <ProblemState error={status.error} onRetry={() => void status.refetch()} /> : <Actors status={status.data} />}
          </Section>
        </div>
      </div>
    </div>
  );
}

function Actors({ status }: { status: SystemStatus | undefined }) {
  return (
    <>
      <Facts facts={[['Sockets open', status && formatCount(status.sockets)], ...(status?.actors ?? []).map((actor): [string, ReactNode] => [actor.kind, formatCount(actor.resident)])]} />
      {status &&
        (status.quarantined.length === 0 ? (
          <p className="text-ink-3">Nothing is quarantined.</p>
        ) : (
          <Notice tone="bad" title="Kept out after repeated failures">
            {status.quarantined.join(', ')}
          </Notice>
        ))}
    </>
  );
}

function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <Card>
      <dl className="tnum divide-y divide-line">
        {facts.map(([name, value]) => (
          <div key={name} className="flex items-center justify-between px-4 py-2">
            <dt className="text-ink-3 first-letter:uppercase">{name}</dt>
            <dd className="font-medium">{value ?? <Skeleton className="h-3 w-20" />}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
