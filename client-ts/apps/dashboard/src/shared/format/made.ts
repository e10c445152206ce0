import type { PromptUsed } from '@igny8/protocol';

const PROMPTS: Record<string, string> = { article: 'Article', ideas: 'Ideas', cluster_names: 'Cluster names', image: 'Image', rewrite: 'Rewrite' };

export const promptName = (kind: string): string => PROMPTS[kind] ?? kind.replaceAll('_', ' ');

/** By what an AI wrote: `Model fast, prompt Article v3`; null where nothing is known of it. */
export function madeBy({ model, prompt }: { model: string | null; prompt: PromptUsed | null }): string | null {
  const parts = [model === null ? null : `Model ${model}`, prompt === null ? null : `prompt ${promptName(prompt.kind)} v${prompt.version}`];
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.join(', ');
}
