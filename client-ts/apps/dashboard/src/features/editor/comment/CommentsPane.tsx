import { useState } from 'react';
import { MessageSquare } from 'lucide-react';
import { SegmentedControl } from '~/shared/table/SegmentedControl';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { Composer } from './Composer';
import { listed, type Filter } from './thread';
import { ThreadCard } from './ThreadCard';
import type { Comments } from './useComments';

/** What is said about the text, beside it. */
export function CommentsPane({ comments }: { comments: Comments }) {
  const { threads, read, filter, counts } = comments;
  if (read.error && !threads) return <ProblemState error={read.error} onRetry={() => void read.refetch()} />;
  const choices: (readonly [Filter, string])[] = [
    ['open', 'Open'],
    ['resolved', 'Resolved'],
    ['mine', counts.mine > 0 ? `For me (${counts.mine})` : 'For me'],
  ];
  const list = threads && listed(threads, filter, comments.account, comments.order);
  return (
    <div className="flex flex-col gap-3 px-4 py-4">
      <div>
        <SegmentedControl label="Which comments" value={filter} options={choices} onChange={comments.setFilter} />
      </div>
      {comments.pending && <NewThread key={comments.pending.quote} quote={comments.pending.quote} comments={comments} />}
      {!list && <SkeletonLines lines={4} />}
      {list && list.length === 0 && !comments.pending && <Nothing filter={filter} />}
      {list && list.length > 0 && (
        <ul aria-label="Threads" className="flex flex-col gap-3">
          {list.map((thread) => (
            <ThreadCard key={thread.id} thread={thread} comments={comments} />
          ))}
        </ul>
      )}
    </div>
  );
}

const EMPTY: Record<Filter, [title: string, text: string]> = {
  open: ['No open comments', 'Select some text and press “Comment” above it, or Ctrl Alt M.'],
  resolved: ['Nothing was resolved yet', 'A thread that is settled goes here, and its text is not marked any more.'],
  mine: ['Nobody asks for you', 'Comments that mention you with @ are listed here.'],
};

function Nothing({ filter }: { filter: Filter }) {
  const [title, text] = EMPTY[filter];
  return (
    <div role="status" className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <MessageSquare size={18} className="text-ink-3" aria-hidden="true" />
      <p className="font-medium text-ink">{title}</p>
      <p className="text-balance text-ink-3">{text}</p>
    </div>
  );
}

function NewThread({ quote, comments }: { quote: string; comments: Comments }) {
  const [ids] = useState(() => ({ thread: crypto.randomUUID(), comment: crypto.randomUUID() }));
  return (
    <section aria-label="New comment" className="flex flex-col gap-2.5 rounded-lg border border-accent bg-surface px-3 py-2.5 shadow-low">
      <p className="line-clamp-2 border-l-2 border-warn-dot pl-2 text-xs text-ink-3">{quote}</p>
      <Composer label="Write a comment" submit="Comment" autoFocus members={comments.members} onSubmit={(text) => comments.begin(ids, text)} onCancel={comments.cancel} />
    </section>
  );
}
