import type { VariableView } from '@igny8/protocol';

/** What is wrong with a template, in words; undefined if nothing is. The server decides. */
export function templateProblem(template: string, variables: VariableView[]): string | undefined {
  const named = [...template.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g)].map((match) => match[1] ?? '');
  const unknown = [...new Set(named)].filter((name) => !variables.some((variable) => variable.name === name));
  if (unknown.length > 0) return `No variable is called ${unknown.join(', ')}.`;
  const missing = variables.filter(({ required, name }) => required && !named.includes(name));
  if (missing.length > 0) return `{{${missing.map(({ name }) => name).join('}}, {{')}}} is missing: the model would not know what to work on.`;
  return undefined;
}
