const NAMES: Record<string, string> = { article: 'Article', ideas: 'Ideas', cluster_names: 'Cluster names', image: 'Image' };

export function promptName(kind: string): string {
  return NAMES[kind] ?? kind.replaceAll('_', ' ');
}

/** The variables that a template names and that do not exist. */
export function unknownVariables(template: string, known: string[]): string[] {
  const named = [...template.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((match) => match[1] ?? '');
  return [...new Set(named)].filter((name) => !known.includes(name));
}
