import { describe, expect, it } from 'vitest';
import type { CommentView, MemberView, ThreadView } from '@igny8/protocol';
import { asksFor, authorName, listed, mentionsOf, pieces } from './thread';

const member = (account: string, name: string): MemberView => ({ account, name, email: `${account}@b.example`, role: 'editor' }) as MemberView;
const MEMBERS = [member('ann', 'Ann'), member('lee', 'Ann Lee'), member('tom', '')];
const comment = (text: string, mentions: string[] = []): CommentView => ({ id: text, author: 'ann', at: 1, text, mentions, edited_at: null, deleted_at: null });
const thread = (id: string, at: number, more: Partial<ThreadView> = {}): ThreadView => ({ id, author: 'ann', at, quote: '', anchored: true, resolved: null, comments: [], ...more });

describe('threads', () => {
  it('mention whom they name', () => {
    expect(mentionsOf('@Ann Lee and @tom@b.example', MEMBERS)).toEqual(['ann', 'lee', 'tom']);
    expect(mentionsOf('Ann', MEMBERS)).toEqual([]);
    expect(authorName('gone', MEMBERS)).toBe('A former member');
  });

  it('show mentions apart, the longest name first', () => {
    expect(pieces(comment('So, @Ann Lee?', ['ann', 'lee']), MEMBERS)).toEqual([
      { text: 'So, ', mention: false },
      { text: '@Ann Lee', mention: true },
      { text: '?', mention: false },
    ]);
    expect(pieces(comment('1 + 1 (@Ann)'), MEMBERS)).toEqual([{ text: '1 + 1 (@Ann)', mention: false }]);
  });

  it('are listed in the order of their text, those without text last', () => {
    const resolved = thread('r', 1, { resolved: { by: 'ann', at: 2 } });
    const mine = thread('m', 3, { comments: [comment('@tom', ['tom'])] });
    const all = [resolved, thread('gone', 0), thread('b', 5), mine];
    const ids = (of: ThreadView[]) => of.map(({ id }) => id).join();
    expect(ids(listed(all, 'open', 'tom', ['m', 'b', 'r']))).toBe('m,b,gone');
    expect(ids(listed(all, 'resolved', 'tom', []))).toBe('r');
    expect(ids(listed(all, 'mine', 'tom', []))).toBe('m');
    expect(asksFor(mine, 'tom')).toBe(true);
    expect(asksFor({ ...mine, resolved: { by: 'ann', at: 2 } }, 'tom')).toBe(false);
  });
});
