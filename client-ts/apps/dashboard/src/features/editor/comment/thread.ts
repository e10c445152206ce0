import type { CommentView, MemberView, ThreadView } from '@igny8/protocol';

/** Which threads are listed. */
export type Filter = 'open' | 'resolved' | 'mine';

export const mentionsOf = (text: string, members: readonly MemberView[]): string[] =>
  members.filter((member) => text.includes(`@${nameOf(member)}`)).map((member) => member.account);

export const nameOf = (member: Pick<MemberView, 'name' | 'email'>): string => member.name || member.email;

/** How an author is called. Whoever left the workspace has no name here any more. */
export function authorName(account: string, members: readonly MemberView[]): string {
  const member = members.find((one) => one.account === account);
  return member ? nameOf(member) : 'A former member';
}

/** True if the account's attention is asked for in an open thread. */
export const asksFor = (thread: ThreadView, account: string): boolean => thread.resolved === null && thread.comments.some((comment) => comment.mentions.includes(account));

/** The threads of a list, in the order of their text; those whose text was deleted last. */
export function listed(threads: readonly ThreadView[], filter: Filter, account: string, order: readonly string[]): ThreadView[] {
  const kept = threads.filter((thread) => {
    if (filter === 'mine') return thread.comments.some((comment) => comment.mentions.includes(account));
    return (thread.resolved !== null) === (filter === 'resolved');
  });
  const place = ({ id }: ThreadView) => (order.includes(id) ? order.indexOf(id) : order.length);
  return kept.sort((a, b) => place(a) - place(b) || a.at - b.at);
}

/** A comment's text, cut where people are mentioned. */
export function pieces(comment: CommentView, members: readonly MemberView[]): { text: string; mention: boolean }[] {
  const names = comment.mentions.flatMap((account) => members.filter((member) => member.account === account).map((member) => `@${nameOf(member)}`));
  if (names.length === 0) return [{ text: comment.text, mention: false }];
  // The longest first: “@Ann Lee” is not “@Ann”.
  const pattern = new RegExp(`(${names.sort((a, b) => b.length - a.length).map(escaped).join('|')})`);
  return comment.text.split(pattern).flatMap((text) => (text === '' ? [] : [{ text, mention: names.includes(text) }]));
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
