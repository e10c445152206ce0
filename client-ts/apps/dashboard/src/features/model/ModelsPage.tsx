import { useState } from 'react';
import { Lock, Plus } from 'lucide-react';
import type { AiCapability, AiRouteView } from '@igny8/protocol';
import { useCan, useSitePath } from '~/shared/data/workspace';
import { Button, ButtonLink } from '~/shared/ui/Button';
import { PageHeader, Section } from '~/shared/ui/PageHeader';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState, StateMessage } from '~/shared/ui/StateMessage';
import { CAPABILITIES, CAPABILITY, newRoute } from './route';
import { RouteForm } from './RouteForm';
import { RouteList } from './RouteList';
import { RulesForm } from './RulesForm';
import { useRoutes, type SaveRoutes } from './useRoutes';

// The server's own bound.
const ROUTES_MAX = 16;

/** Which models write, draw and group, in which order, by which keys, and what they may cost. */
export function ModelsPage() {
  const manages = useCan('models');
  const path = useSitePath();
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="AI models" description="Which models write, draw and group, in which order, and what they may cost" actions={<ButtonLink to={path('lanes')}>Lanes</ButtonLink>} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-8 p-4 sm:p-6">
          {manages ? (
            <Models />
          ) : (
            <StateMessage icon={<Lock size={18} />} title="Models are for owners and admins">
              They choose the models, enter the keys and set the caps. Ask one of them.
            </StateMessage>
          )}
        </div>
      </div>
    </div>
  );
}

function Models() {
  const { query, save } = useRoutes();
  const [editing, setEditing] = useState<AiRouteView | null>(null);
  if (query.error && !query.data) return <ProblemState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonLines lines={6} />;
  const { routes } = query.data;
  return (
    <>
      {CAPABILITIES.map((capability) => (
        <Group key={capability} capability={capability} routes={routes} save={save} onEdit={setEditing} />
      ))}
      <Section title="Choice and caps" description="Caps count what providers ask for, in US dollars; days and months are of UTC.">
        {/* What somebody else saves meanwhile is taken over; the same read again leaves what is typed. */}
        <RulesForm key={JSON.stringify([query.data.policy, query.data.budget, query.data.reuse_answers])} routes={query.data} save={save} />
      </Section>
      {editing && <RouteForm route={editing} names={routes.map(({ name }) => name)} save={save} onClose={() => setEditing(null)} />}
    </>
  );
}

/** The models that are asked for one thing. */
function Group({ capability, routes, save, onEdit }: { capability: AiCapability; routes: readonly AiRouteView[]; save: SaveRoutes; onEdit: (route: AiRouteView) => void }) {
  const { title, description, article, none } = CAPABILITY[capability];
  const group = routes.filter((route) => route.capability === capability);
  const full = routes.length >= ROUTES_MAX;
  const add = (
    <Button icon={<Plus size={14} />} disabled={full} title={full ? `At most ${ROUTES_MAX} models` : undefined} onClick={() => onEdit(newRoute(capability))}>
      {`Add ${article}`}
    </Button>
  );
  return (
    <Section title={title} description={description} actions={add}>
      {group.length > 0 && <RouteList title={title} routes={group} save={save} onEdit={onEdit} />}
      {!group.some(({ enabled }) => enabled) && none !== '' && <p className="text-sm text-ink-3">{none}</p>}
    </Section>
  );
}
