import type { AiCapability, AiRoutes, AiRouteView, ChangeAiRoute, ChangeAiRoutes, PriceView, Provider, RoutePolicy } from '@igny8/protocol';
import { formatDollars } from '~/shared/format/number';

const MICROS_PER_DOLLAR = 1_000_000;
// A dollar cap beyond this is none.
const DOLLARS_MAX = 1_000_000_000;

export const PROVIDER: Record<Provider, string> = { platform: 'The server’s own', open_ai_compatible: 'OpenAI-compatible', anthropic: 'Anthropic', runware: 'Runware' };

interface Capability {
  title: string;
  description: string;
  /** How one of its models is called in a sentence. */
  article: string;
  /** Whose adapters can be asked for it. */
  providers: readonly Provider[];
  /** What is said while a test runs. */
  asking: string;
  /** What is asked where nothing is listed. */
  none: string;
}

/** What models are asked for, in the order of the page. */
export const CAPABILITY: Record<AiCapability, Capability> = {
  text: { title: 'Texts', description: 'Names of clusters, ideas, drafts. A model that cannot answer hands over to the next.', article: 'a text model', providers: ['platform', 'open_ai_compatible', 'anthropic'], asking: 'Asking it for one word…', none: '' },
  picture: { title: 'Pictures', description: 'Featured images, and images in the text.', article: 'a picture model', providers: ['platform', 'open_ai_compatible', 'runware'], asking: 'Asking it for a small picture, which takes up to two minutes…', none: 'The server’s own model makes the pictures.' },
  embedding: { title: 'Embeddings', description: 'Vectors by which keywords are clustered: each run takes one model, and its clusters name it.', article: 'an embedding model', providers: ['platform', 'open_ai_compatible'], asking: 'Asking it for one vector…', none: 'The server’s own model makes the vectors.' },
};
export const CAPABILITIES = Object.keys(CAPABILITY) as AiCapability[];

export const POLICY: Record<RoutePolicy, { label: string; hint: string }> = {
  order: { label: 'As listed', hint: 'The first that can, the others as fallbacks.' },
  price: { label: 'The cheapest first', hint: 'By the price of what the call needs.' },
  latency: { label: 'The fastest first', hint: 'By the average time to the first word.' },
  capability: { label: 'The most capable first', hint: 'By how much a model takes in, and whether it keeps to a schema.' },
  balance: { label: 'By weight', hint: 'Calls are spread over the models by their weights.' },
};

/** A kept model as it is sent back: the absent key keeps the one that is there. */
export function unchanged({ key_hint: _, ...route }: AiRouteView): ChangeAiRoute {
  return { ...route, model: route.model === '' ? null : route.model, key: null };
}

/** All settings as they are sent, with some of them changed. */
export function changed(routes: AiRoutes, change: Partial<ChangeAiRoutes>): ChangeAiRoutes {
  return { routes: routes.routes.map(unchanged), policy: routes.policy, budget: routes.budget, reuse_answers: routes.reuse_answers, ...change };
}

/** The list with one of its items a place up or down; the same where there is none. */
export function moved<T>(items: readonly T[], index: number, by: -1 | 1): T[] {
  const next = [...items];
  const [item] = next.splice(index, 1);
  const to = index + by;
  if (item === undefined || to < 0 || to > next.length) return [...items];
  next.splice(to, 0, item);
  return next;
}

/** All models, with one of them a place up or down among those of its kind. */
export function movedAmong(routes: readonly AiRouteView[], { name, capability }: AiRouteView, by: -1 | 1): AiRouteView[] {
  return CAPABILITIES.flatMap((kind) => {
    const group = routes.filter((route) => route.capability === kind);
    const index = group.findIndex((route) => route.name === name);
    return kind === capability ? moved(group, index, by) : group;
  });
}

/** What somebody typed as dollars, in millionths; null for nothing. */
export function readDollars(text: string): number | null | { error: string } {
  const trimmed = text.trim().replace(/^\$\s*/, '');
  if (trimmed === '') return null;
  if (!/^\d+(\.\d{1,6})?$/.test(trimmed)) return { error: 'Write US dollars, such as 2.50, with at most six decimals.' };
  const dollars = Number(trimmed);
  if (dollars === 0) return { error: 'More than nothing: to stop all calls, pause the queue.' };
  return dollars > DOLLARS_MAX ? { error: 'That is more than any cap.' } : Math.round(dollars * MICROS_PER_DOLLAR);
}

/** What is kept, as one would type it. */
export function dollarsText(micros: number | null): string {
  return micros === null ? '' : formatDollars(micros).replace(/[$,]/g, '');
}

export function describePrice(price: PriceView | null): string {
  return price === null ? 'list price' : `${formatDollars(price.input)} in, ${formatDollars(price.output)} out, a million tokens`;
}

export const newRoute = (capability: AiCapability): AiRouteView => ({ name: '', capability, provider: 'open_ai_compatible', base_url: null, model: '', key_hint: null, weight: 1, context_tokens: null, json_schema: false, price: null, requests_per_minute: null, tokens_per_minute: null, concurrency: null, enabled: true });
