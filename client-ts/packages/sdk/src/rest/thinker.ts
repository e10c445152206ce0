import type { PromptPreview, PromptView } from '@igny8/protocol';

import type { Request } from './transport.js';

/** `/api/thinker`: prompt templates with versions. */
export function thinkerRoutes(request: Request) {
  return {
    prompts: (): Promise<PromptView[]> => request('GET', '/api/thinker/prompts'),
    /** An unknown variable is refused. */
    changePrompt: (kind: string, template: string): Promise<PromptView> =>
      request('PUT', `/api/thinker/prompts/${kind}`, { body: { template } }),
    /** What the model would get, with example data. */
    previewPrompt: (kind: string, template: string): Promise<PromptPreview> =>
      request('POST', `/api/thinker/prompts/${kind}/preview`, { body: { template } }),
  };
}
