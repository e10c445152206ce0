import { lazy, Suspense, useEffect, type ReactNode } from 'react';
import { Navigate, Route, Routes, useParams } from 'react-router';
import { Globe } from 'lucide-react';
import type { MembershipView, SiteView } from '@igny8/protocol';
import { AutomationPage } from '~/features/automation/AutomationPage';
import { BillingPage } from '~/features/billing/BillingPage';
import { LanesPage } from '~/features/lane/LanesPage';
import { ModelsPage } from '~/features/model/ModelsPage';
import { DashboardPage } from '~/features/overview/DashboardPage';
import { ClustersPage } from '~/features/planner/clusters/ClustersPage';
import { IdeasPage } from '~/features/planner/ideas/IdeasPage';
import { KeywordsPage } from '~/features/planner/keywords/KeywordsPage';
import { PublishPage } from '~/features/publish/PublishPage';
import { DeadLettersPage } from '~/features/queue/DeadLettersPage';
import { QueuePage } from '~/features/queue/QueuePage';
import { NewSiteButton } from '~/features/settings/NewSiteButton';
import { SettingsPage } from '~/features/settings/SettingsPage';
import { SystemPage } from '~/features/system/SystemPage';
import { TeamPage } from '~/features/team/TeamPage';
import { ThinkerPage } from '~/features/thinker/ThinkerPage';
import { UsagePage } from '~/features/usage/UsagePage';
import { DraftsPage } from '~/features/writer/DraftsPage';
import { TaskLogPage } from '~/features/writer/TaskLogPage';
import { TasksPage } from '~/features/writer/TasksPage';
import { remember, remembered } from '~/shared/data/remembered';
import { useSites } from '~/shared/data/useSites';
import { WorkspaceContext } from '~/shared/data/workspace';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { EmptyState, ProblemState, StateMessage } from '~/shared/ui/StateMessage';
import { ErrorBoundary } from './ErrorBoundary';
import { Shell } from './shell/Shell';
import { useSignOut } from './useSignOut';

// The editor is as large as all the rest together.
const EditorPage = lazy(() => import('~/features/editor/EditorPage').then((module) => ({ default: module.EditorPage })));

const PAGES: [string, ReactNode][] = [
  ['dashboard', <DashboardPage key="dashboard" />],
  ['keywords', <KeywordsPage key="keywords" />],
  ['clusters', <ClustersPage key="clusters" />],
  ['ideas', <IdeasPage key="ideas" />],
  ['tasks', <TasksPage key="tasks" />],
  ['task-log', <TaskLogPage key="task-log" />],
  ['queue', <QueuePage key="queue" />],
  ['dead-letters', <DeadLettersPage key="dead-letters" />],
  ['drafts', <DraftsPage key="drafts" />],
  ['drafts/:document', <EditorPage key="editor" />],
  ['publish', <PublishPage key="publish" />],
  ['automation', <AutomationPage key="automation" />],
  ['thinker', <ThinkerPage key="thinker" />],
  ['billing', <BillingPage key="billing" />],
  ['usage', <UsagePage key="usage" />],
  ['ai-models', <ModelsPage key="ai-models" />],
  ['lanes', <LanesPage key="lanes" />],
  ['settings', <SettingsPage key="settings" />],
  ['team', <TeamPage key="team" />],
  ['system', <SystemPage key="system" />],
];

/** Everything of one tenant. */
export function TenantRoutes({ membership }: { membership: MembershipView | undefined }) {
  if (!membership) return <NoWorkspace />;
  return <WithSites membership={membership} />;
}

function WithSites({ membership }: { membership: MembershipView }) {
  const { sites, error, retry } = useSites(membership.tenant.id);
  if (!sites) return error ? <ProblemState error={error} onRetry={retry} /> : <SkeletonPage />;
  const last = remembered('site');
  const home = sites.find((site) => site.id === last) ?? sites[0];
  return (
    <Routes>
      <Route path="/sites/:site/*" element={<SiteRoutes membership={membership} sites={sites} />} />
      <Route
        path="*"
        element={
          home ? (
            <Navigate to={`/sites/${home.id}/dashboard`} replace />
          ) : (
            <WorkspaceContext value={{ membership, site: null }}>
              <EmptyState icon={<Globe size={18} />} title={`Welcome to ${membership.tenant.name}`} actions={<NewSiteButton primary />}>
                Begin with a site: a place for one website’s keywords, drafts and publications.
              </EmptyState>
            </WorkspaceContext>
          )
        }
      />
    </Routes>
  );
}

function SiteRoutes({ membership, sites }: { membership: MembershipView; sites: readonly SiteView[] }) {
  const { site = '' } = useParams();
  const known = sites.some((one) => one.id === site);
  useEffect(() => {
    if (known) remember('site', site);
  }, [known, site]);
  if (!known) return <NotFound />;
  return (
    <WorkspaceContext value={{ membership, site }}>
      <Shell key={site} sites={sites}>
        <ErrorBoundary>
          <Suspense fallback={<SkeletonPage />}>
            <Routes>
              {PAGES.map(([path, page]) => (
                <Route key={path} path={path} element={page} />
              ))}
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </ErrorBoundary>
      </Shell>
    </WorkspaceContext>
  );
}

function SkeletonPage() {
  return (
    <div className="p-8">
      <SkeletonLines lines={6} />
    </div>
  );
}

function NotFound() {
  return (
    <StateMessage title="Nothing is here" icon={<Globe size={18} />} actions={<ButtonLink to="/">Go to the dashboard</ButtonLink>}>
      The address is wrong, or it belongs to another workspace.
    </StateMessage>
  );
}

function NoWorkspace() {
  const signOut = useSignOut();
  return (
    <StateMessage title="You belong to no workspace" icon={<Globe size={18} />} actions={<Button onClick={() => void signOut()}>Sign out</Button>}>
      Ask someone to add you, then sign in again.
    </StateMessage>
  );
}
