import type { PromptDifference, PromptPreview, PromptVersionView, PromptView, Queued, TryPrompt } from '@igny8/protocol';

import type { CallOptions, Request } from './transport.js';

/** What a template is tried on: `values` and `subject` may be left out. */
export type Trial = Pick<TryPrompt, 'template'> & Partial<TryPrompt>;

/** `/api/thinker`: prompt templates with typed variables and versions. */
export function thinkerRoutes(request: Request) {
  const at = (kind: string, rest = ''): string => `/api/thinker/prompts/${kind}${rest}`;
  const inSite = (site: string, kind: string, what: string): string => `/api/thinker/sites/${site}/prompts/${kind}/${what}`;
  return {
    prompts: (): Promise<PromptView[]> => request('GET', '/api/thinker/prompts'),
    /** An unknown variable is refused. */
    changePrompt: (kind: string, template: string): Promise<PromptView> => request('PUT', at(kind), { body: { template } }),
    /** What the model would get, with example data. */
    previewPrompt: (kind: string, template: string): Promise<PromptPreview> => request('POST', at(kind, '/preview'), { body: { template } }),
    /** The newest first; ours, version 0, is the last. */
    promptVersions: (kind: string): Promise<PromptVersionView[]> => request('GET', at(kind, '/versions')),
    promptDifference: (kind: string, from: number, to: number): Promise<PromptDifference> => request('GET', at(kind, '/difference'), { query: { from, to } }),
    /** An older version again, as a new one. */
    restorePrompt: (kind: string, version: number): Promise<PromptView> => request('POST', at(kind, '/restore'), { body: { version } }),
    /** What the model would get, with the site's data. Nothing is called or spent. */
    previewInSite: (site: string, kind: string, trial: Trial): Promise<PromptPreview> =>
      request('POST', inSite(site, kind, 'preview'), { body: trial }),
    /** One call of one credit; its answer is kept with the task. */
    testPrompt: (site: string, kind: string, trial: Trial, options?: CallOptions): Promise<Queued> =>
      request('POST', inSite(site, kind, 'test'), { ...options, body: trial }),
  };
}
