import { useMutation } from '@tanstack/react-query';
import { Activity, ArrowDown, ArrowUp, Pencil, Trash2 } from 'lucide-react';
import type { AiRoutes, AiRouteTest, AiRouteView, ChangeAiRoutes } from '@igny8/protocol';
import { useApi } from '~/shared/data/workspace';
import { failureLabel } from '~/shared/format/failure';
import { formatCount } from '~/shared/format/number';
import { formatLatency } from '~/shared/format/time';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Badge } from '~/shared/ui/Badge';
import { IconButton } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { CAPABILITY, describePrice, movedAmong, PROVIDER, unchanged } from './route';
import type { SaveRoutes } from './useRoutes';

interface RouteListProps {
  title: string;
  routes: readonly AiRouteView[];
  save: SaveRoutes;
  onEdit: (route: AiRouteView) => void;
}

/** The models of one kind in the order of fallbacks, each with what can be done with it. */
export function RouteList({ title, routes, save, onEdit }: RouteListProps) {
  return (
    <ol aria-label={title} className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface">
      {routes.map((route, index) => (
        <RouteRow key={route.name} route={route} index={index} count={routes.length} save={save} onEdit={onEdit} />
      ))}
    </ol>
  );
}

function RouteRow({ route, index, count, save, onEdit }: Omit<RouteListProps, 'title' | 'routes'> & { route: AiRouteView; index: number; count: number }) {
  const api = useApi();
  const toasts = useToasts();
  const confirm = useConfirm();
  const test = useMutation({ mutationFn: () => api.settings.testAiRoute(route.name), onError: (error) => toasts.problem(error) });
  const change = (by: (routes: AiRoutes) => Partial<ChangeAiRoutes>) => save.mutate(by, { onError: (error) => toasts.problem(error) });
  const move = (by: -1 | 1) => change((all) => ({ routes: movedAmong(all.routes, route, by).map(unchanged) }));
  const remove = async () => {
    const body = `Calls no longer go to ${route.model || 'it'}. ${route.key_hint ? 'Its key is forgotten with it.' : ''}`;
    if (await confirm({ title: `Remove “${route.name}”?`, body, confirm: 'Remove the model', danger: true })) change((all) => ({ routes: all.routes.filter(({ name }) => name !== route.name).map(unchanged) }));
  };
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="tnum w-4 text-ink-3" aria-hidden="true">
          {index + 1}
        </span>
        <div className="min-w-0 flex-1 basis-56">
          <p className="flex flex-wrap items-center gap-2">
            <span className="truncate font-medium">{route.name}</span>
            {!route.enabled && <Badge tone="warn">off</Badge>}
            {route.key_hint && <Badge title="The end of the key; the rest is sealed">{`key …${route.key_hint}`}</Badge>}
          </p>
          <p className="tnum truncate text-xs text-ink-3">{wordsOf(route)}</p>
        </div>
        <div className="flex items-center">
          <IconButton label={`Test ${route.name}`} disabled={test.isPending} onClick={() => test.mutate()}>
            <Activity size={14} />
          </IconButton>
          <IconButton label={`Move ${route.name} up`} disabled={index === 0 || save.isPending} onClick={() => move(-1)}>
            <ArrowUp size={14} />
          </IconButton>
          <IconButton label={`Move ${route.name} down`} disabled={index === count - 1 || save.isPending} onClick={() => move(1)}>
            <ArrowDown size={14} />
          </IconButton>
          <IconButton label={`Edit ${route.name}`} onClick={() => onEdit(route)}>
            <Pencil size={14} />
          </IconButton>
          <IconButton label={`Remove ${route.name}`} disabled={(count === 1 && route.capability === 'text') || save.isPending} onClick={() => void remove()}>
            <Trash2 size={14} />
          </IconButton>
        </div>
      </div>
      {test.isPending && <p role="status" className="pl-7 text-ink-3">{CAPABILITY[route.capability].asking}</p>}
      {test.data && !test.isPending && <TestResult result={test.data} />}
    </li>
  );
}

function wordsOf(route: AiRouteView): string {
  const limits = [route.requests_per_minute !== null && `${formatCount(route.requests_per_minute)} requests a minute`, route.tokens_per_minute !== null && `${formatCount(route.tokens_per_minute)} tokens a minute`, route.concurrency !== null && `${formatCount(route.concurrency)} at once`];
  return [PROVIDER[route.provider], route.model || 'its usual model', describePrice(route.price), ...limits].filter(Boolean).join(' · ');
}

function TestResult({ result }: { result: AiRouteTest }) {
  const took = `${formatLatency(result.took_ms)}, ${formatCount(result.input_tokens)} tokens in, ${formatCount(result.output_tokens)} out`;
  return (
    <Notice tone={result.ok ? 'good' : 'bad'} title={result.ok ? `${result.model} answers` : `${result.model} does not answer: ${failureLabel(result.failure ?? 'internal')}`}>
      <span className="break-words">{result.ok ? `“${result.text}” after ${took}. A rest of its lane is over.` : result.text}</span>
    </Notice>
  );
}
