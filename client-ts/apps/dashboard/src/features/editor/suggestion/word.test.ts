import { describe, expect, it } from 'vitest';
import type { SuggestionView } from '@igny8/protocol';
import { instructionWord, listed } from './word';

const suggestion = (id: string, state: SuggestionView['state'], at: number): SuggestionView => ({
  id,
  author: 'IGNY8 AI',
  model: null,
  prompt: null,
  by: null,
  at,
  instruction: { kind: 'improve' },
  before: ['a'],
  after: ['b'],
  state,
  now: ['a'],
  revision: 'r',
  decision: state === 'accepted' || state === 'rejected' ? { accepted: state === 'accepted', by: 'x', at: at + 10 } : null,
});

describe('suggestions', () => {
  it('are listed as their texts stand, the decided ones last', () => {
    const all = [suggestion('old', 'accepted', 1), suggestion('b', 'open', 2), suggestion('gone', 'detached', 3), suggestion('a', 'changed', 4), suggestion('new', 'rejected', 5)];
    const { open, decided } = listed(all, ['a', 'b']);
    expect(open.map(({ id }) => id)).toEqual(['a', 'b', 'gone']);
    expect(decided.map(({ id }) => id)).toEqual(['new', 'old']);
  });
  it('say what was asked for', () => {
    expect(instructionWord({ kind: 'fix_grammar' })).toBe('Fix grammar');
    expect(instructionWord({ kind: 'own', words: 'Warmer' })).toBe('“Warmer”');
  });
});
