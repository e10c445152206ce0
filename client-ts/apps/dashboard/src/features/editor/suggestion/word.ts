import type { RewriteInstruction, SuggestionState, SuggestionView } from '@igny8/protocol';

/** What can be asked for without words of one's own. */
export const INSTRUCTIONS: readonly (readonly [Exclude<RewriteInstruction['kind'], 'own'>, string])[] = [
  ['improve', 'Improve'],
  ['shorten', 'Shorten'],
  ['expand', 'Expand'],
  ['fix_grammar', 'Fix grammar'],
];

/** What was asked for, in a word or in somebody's own. */
export function instructionWord(instruction: RewriteInstruction): string {
  return instruction.kind === 'own' ? `“${instruction.words}”` : (INSTRUCTIONS.find(([kind]) => kind === instruction.kind)?.[1] ?? instruction.kind);
}

/** Nobody has decided on it. */
export const isOpen = ({ state }: Pick<SuggestionView, 'state'>): boolean => state === 'open' || state === 'changed' || state === 'detached';

export const DECIDED: Record<Exclude<SuggestionState, 'open' | 'changed' | 'detached'>, string> = {
  accepted: 'Accepted',
  rejected: 'Rejected',
  undone: 'Taken back',
};

/** The open ones in the order of their text, those without a text last; then the decided ones, the latest first. */
export function listed(suggestions: readonly SuggestionView[], order: readonly string[]): { open: SuggestionView[]; decided: SuggestionView[] } {
  const place = ({ id }: SuggestionView) => (order.includes(id) ? order.indexOf(id) : order.length);
  const open = suggestions.filter(isOpen).sort((a, b) => place(a) - place(b) || a.at - b.at);
  const decided = suggestions.filter((one) => !isOpen(one)).sort((a, b) => (b.decision?.at ?? b.at) - (a.decision?.at ?? a.at));
  return { open, decided };
}
