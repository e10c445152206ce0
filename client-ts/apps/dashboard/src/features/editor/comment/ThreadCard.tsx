import { useEffect, useRef, useState } from 'react';
import { Check, Ellipsis, Pencil, RotateCcw, Trash2 } from 'lucide-react';
import type { CommentView, ThreadView } from '@igny8/protocol';
import { formatAgo, formatExact } from '~/shared/format/time';
import { formatPlural } from '~/shared/format/number';
import { Menu, type MenuItem } from '~/shared/overlay/Menu';
import { Avatar, colourOf } from '~/shared/ui/Avatar';
import { IconButton } from '~/shared/ui/Button';
import { classNames } from '~/shared/ui/classNames';
import { Composer } from './Composer';
import { authorName, pieces } from './thread';
import type { Comments } from './useComments';

/** One thread: the text it is about, what was said, and the place for an answer once it is chosen. */
export function ThreadCard({ thread, comments }: { thread: ThreadView; comments: Comments }) {
  const chosen = comments.selected === thread.id;
  const card = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (chosen) card.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const [first, ...answers] = thread.comments;
  // Until it is chosen, a long thread is its first comment and a number.
  const shown = chosen ? thread.comments : thread.comments.slice(0, 1);
  return (
    <li
      ref={card}
      aria-label={`Thread of ${authorName(thread.author, comments.members)}`}
      aria-current={chosen || undefined}
      className={classNames('flex flex-col gap-2.5 rounded-lg border bg-surface px-3 py-2.5', chosen ? 'border-accent shadow-low' : 'border-line')}
    >
      <div className="flex items-start gap-1">
        <Quote thread={thread} comments={comments} />
        <ThreadActions thread={thread} comments={comments} />
      </div>
      {shown.map((comment) => (
        <Said key={comment.id} thread={thread} comment={comment} comments={comments} />
      ))}
      {!chosen && first && answers.length > 0 && (
        <button type="button" onClick={() => comments.select(thread.id)} className="self-start rounded-sm text-xs text-accent-text hover:underline">
          {formatPlural(answers.length, 'reply', 'replies')}
        </button>
      )}
      {chosen && <Reply key={thread.comments.length} thread={thread} comments={comments} />}
    </li>
  );
}

/** The commented text: the way to its place, or what is left of it. */
function Quote({ thread, comments }: { thread: ThreadView; comments: Comments }) {
  const inText = comments.order.includes(thread.id);
  return (
    <button
      type="button"
      onClick={() => comments.select(thread.id)}
      className="min-w-0 flex-1 rounded-sm border-l-2 border-warn-dot pl-2 text-left text-xs text-ink-3 hover:text-ink"
    >
      <span className="sr-only">Show in the text: </span>
      <span className={classNames('line-clamp-2', !inText && 'line-through')}>{thread.quote}</span>
      {!inText && <span className="block text-ink-3">Its text was deleted.</span>}
    </button>
  );
}

function ThreadActions({ thread, comments }: { thread: ThreadView; comments: Comments }) {
  const own = thread.author === comments.account;
  const mayResolve = own || comments.mayEdit;
  const items: MenuItem[] = own || comments.moderates ? [{ label: 'Delete the thread', icon: <Trash2 size={14} />, danger: true, run: () => void comments.deleteThread(thread.id) }] : [];
  return (
    <div className="-mt-1 -mr-1.5 flex shrink-0">
      {mayResolve &&
        (thread.resolved === null ? (
          <IconButton label="Resolve" onClick={() => comments.resolve(thread.id)}>
            <Check size={15} aria-hidden="true" />
          </IconButton>
        ) : (
          <IconButton label="Open again" onClick={() => comments.reopen(thread.id)}>
            <RotateCcw size={14} aria-hidden="true" />
          </IconButton>
        ))}
      {items.length > 0 && <More label="More about this thread" items={items} />}
    </div>
  );
}

function More({ label, items }: { label: string; items: MenuItem[] }) {
  return (
    <Menu
      label={label}
      align="right"
      sections={[items]}
      buttonClassName="inline-flex size-7 items-center justify-center rounded-md text-ink-3 hover:bg-hover hover:text-ink"
      button={
        <>
          <Ellipsis size={15} aria-hidden="true" />
          <span className="sr-only">{label}</span>
        </>
      }
    />
  );
}

function Said({ thread, comment, comments }: { thread: ThreadView; comment: CommentView; comments: Comments }) {
  const [editing, setEditing] = useState(false);
  const author = authorName(comment.author, comments.members);
  const own = comment.author === comments.account;
  const items: MenuItem[] = [];
  if (own) items.push({ label: 'Edit', icon: <Pencil size={14} />, run: () => setEditing(true) });
  if (own || comments.moderates) items.push({ label: 'Delete', icon: <Trash2 size={14} />, danger: true, run: () => void comments.deleteComment(thread.id, comment.id) });
  const save = async (text: string) => {
    await comments.edit(thread.id, comment.id, text);
    setEditing(false);
  };
  return (
    <article aria-label={`Comment of ${author}`} className="flex flex-col gap-1">
      <header className="flex min-h-7 items-center gap-2">
        <Avatar name={author} colour={colourOf(comment.author)} size={20} />
        <span className="min-w-0 flex-1 truncate text-xs">
          <span className="font-medium text-ink">{author}</span>{' '}
          <time dateTime={new Date(comment.at).toISOString()} title={formatExact(comment.at)} className="tnum text-ink-3">
            {formatAgo(comment.at)}
            {comment.edited_at !== null && ', edited'}
          </time>
        </span>
        {comment.deleted_at === null && items.length > 0 && <More label={`More about the comment of ${author}`} items={items} />}
      </header>
      {comment.deleted_at !== null ? (
        <p className="text-sm text-ink-3 italic">This comment was deleted.</p>
      ) : editing ? (
        <Composer label="Your comment" submit="Save" text={comment.text} members={comments.members} autoFocus onSubmit={save} onCancel={() => setEditing(false)} />
      ) : (
        <p className="text-sm break-words whitespace-pre-wrap text-ink">
          {pieces(comment, comments.members).map(({ text, mention }, at) => (mention ? <strong key={at} className="font-medium text-accent-text">{text}</strong> : text))}
        </p>
      )}
    </article>
  );
}

function Reply({ thread, comments }: { thread: ThreadView; comments: Comments }) {
  // The same for as long as this answer is written, so that a repetition is no second one.
  const [id] = useState(() => crypto.randomUUID());
  return <Composer label={thread.resolved === null ? 'Reply' : 'Reply and open again'} submit="Reply" quiet members={comments.members} onSubmit={(text) => comments.reply(thread.id, id, text)} />;
}
