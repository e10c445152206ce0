import { useId, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { MemberView } from '@igny8/protocol';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Avatar, colourOf } from '~/shared/ui/Avatar';
import { Button } from '~/shared/ui/Button';
import { classNames } from '~/shared/ui/classNames';
import { nameOf } from './thread';

// What the server takes (actors/runtime/src/document/comment).
const TEXT_MAX = 2_000;
// A longer list would be scrolled; a letter more makes it shorter.
const OFFERED_MAX = 6;

interface ComposerProps {
  label: string;
  submit: string;
  text?: string;
  members: readonly MemberView[];
  autoFocus?: boolean;
  /** Buttons only once somebody writes. */
  quiet?: boolean;
  onSubmit: (text: string) => Promise<void>;
  onCancel?: () => void;
}

/** Where a comment is written. `@` offers the members; Ctrl or ⌘ with Enter sends it. */
export function Composer({ label, submit, text: before = '', members, autoFocus, quiet, onSubmit, onCancel }: ComposerProps) {
  const [text, setText] = useState(before);
  const [busy, setBusy] = useState(false);
  const toasts = useToasts();
  const field = useRef<HTMLTextAreaElement>(null);
  const mention = useMention(text, setText, field, members);
  const send = () => {
    if (busy || text.trim() === '') return;
    setBusy(true);
    onSubmit(text.trim())
      .then(() => setText(''))
      .catch((error: unknown) => toasts.problem(error))
      .finally(() => setBusy(false));
  };
  const press = (event: KeyboardEvent) => {
    if (mention.press(event)) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
    else if (event.key === 'Escape') {
      setText(before);
      onCancel?.();
    } else return;
    event.preventDefault();
  };
  return (
    <div className="relative flex flex-col gap-2">
      <textarea
        ref={field}
        aria-label={label}
        placeholder={label}
        rows={quiet && text === '' ? 1 : 3}
        maxLength={TEXT_MAX}
        autoFocus={autoFocus}
        value={text}
        aria-autocomplete="list"
        aria-controls={mention.offered.length > 0 ? mention.id : undefined}
        aria-activedescendant={mention.offered.length > 0 ? `${mention.id}-${mention.at}` : undefined}
        onChange={(event) => setText(event.target.value)}
        onSelect={mention.look}
        onBlur={mention.close}
        onKeyDown={press}
        className="field-sizing-content max-h-60 w-full resize-none rounded-md border border-line-strong bg-surface px-2.5 py-1.5 text-sm text-ink shadow-low placeholder:text-ink-3"
      />
      {mention.offered.length > 0 && <Offered {...mention} />}
      {(!quiet || text !== '') && (
        <div className="flex items-center justify-end gap-2">
          {onCancel && (
            <Button size="sm" kind="ghost" onClick={onCancel}>
              Cancel
            </Button>
          )}
          <Button size="sm" kind="primary" busy={busy} disabled={text.trim() === ''} onClick={send}>
            {submit}
          </Button>
        </div>
      )}
    </div>
  );
}

function Offered({ id, offered, at, choose }: ReturnType<typeof useMention>) {
  return (
    <ul id={id} role="listbox" aria-label="Members" className="rise absolute top-full right-0 left-0 z-20 mt-1 rounded-lg border border-line bg-surface p-1 shadow-high">
      {offered.map((member, index) => (
        <li
          key={member.account}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          // The field must keep the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            choose(member);
          }}
          className={classNames('flex cursor-default items-center gap-2 rounded-md px-2 py-1 text-sm', index === at && 'bg-hover')}
        >
          <Avatar name={nameOf(member)} colour={colourOf(member.account)} size={20} />
          <span className="truncate">{nameOf(member)}</span>
        </li>
      ))}
    </ul>
  );
}

/** The members whose name begins as what stands between the last `@` and the caret. */
function useMention(text: string, setText: (text: string) => void, field: RefObject<HTMLTextAreaElement | null>, members: readonly MemberView[]) {
  const id = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const begun = caret === null ? null : /(?:^|\s)@([^@\n]{0,40})$/.exec(text.slice(0, caret));
  const wanted = begun?.[1]?.toLowerCase();
  const fits = (member: MemberView) => wanted !== undefined && nameOf(member).toLowerCase().split(/\s+/).concat(nameOf(member).toLowerCase()).some((word) => word.startsWith(wanted));
  const offered = members.filter(fits).slice(0, OFFERED_MAX);
  const close = () => setCaret(null);
  const choose = (member: MemberView) => {
    if (caret === null || wanted === undefined) return;
    const start = caret - wanted.length;
    const put = `${nameOf(member)} `;
    setText(text.slice(0, start) + put + text.slice(caret));
    close();
    requestAnimationFrame(() => field.current?.setSelectionRange(start + put.length, start + put.length));
  };
  const press = (event: KeyboardEvent): boolean => {
    if (offered.length === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = offered[Math.min(at, offered.length - 1)];
    if (step) setAt((at + step + offered.length) % offered.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.ctrlKey && !event.metaKey && chosen) choose(chosen);
    else if (event.key === 'Escape') close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const look = () => {
    const now = field.current;
    setCaret(now && now.selectionStart === now.selectionEnd ? now.selectionStart : null);
    setAt(0);
  };
  return { id, offered, at: Math.min(at, Math.max(0, offered.length - 1)), choose, close, press, look };
}
