import { describe, expect, it } from 'vitest';
import { did, doerMade, doerName } from './word';

describe('what happened, in words', () => {
  it('says what became of a draft', () => {
    expect(did({ what: 'edited', status: null, again: false })).toBe('edited the text');
    expect(did({ what: 'moved', status: 'approved', again: false })).toBe('approved it');
    expect(did({ what: 'moved', status: 'published', again: false })).toBe('published it');
    expect(did({ what: 'moved', status: 'published', again: true })).toBe('updated it at the site');
  });

  it('names people, runs and the server', () => {
    expect(doerName({ kind: 'account', account: 'a', name: 'Ida' })).toBe('Ida');
    expect(doerName({ kind: 'account', account: 'a', name: null })).toBe('A former member');
    expect(doerName({ kind: 'server' })).toBe('The server');
    const run = { kind: 'run', run: 'r', name: 'IGNY8 AI', model: 'fast', prompt: { kind: 'article', version: 3 } } as const;
    expect([doerName(run), doerMade(run)]).toEqual(['IGNY8 AI', 'Model fast, prompt Article v3']);
    expect(doerMade({ ...run, prompt: null })).toBe('Model fast');
    expect(doerMade({ ...run, model: null, prompt: null })).toBeNull();
  });
});
