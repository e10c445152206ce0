import { useEffect, useRef, useState } from 'react';
import type { DocumentView } from '@igny8/protocol';
import { useApi, useSiteId } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';

/** The title, over the text and as large. Kept when one leaves it or presses Enter. */
export function TitleField({ view, canEdit }: { view: DocumentView; canEdit: boolean }) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [text, setText] = useState(view.title);
  const editing = useRef(false);
  useEffect(() => {
    if (!editing.current) setText(view.title);
  }, [view.title]);
  const save = async () => {
    editing.current = false;
    const title = text.trim();
    if (title === '' || title === view.title) return setText(view.title);
    try {
      await api.writer.changeDocument(site, view.id, { title });
    } catch (error) {
      setText(view.title);
      toasts.problem(error);
    }
  };
  return (
    <textarea
      aria-label="Title"
      rows={1}
      readOnly={!canEdit}
      value={text}
      placeholder="Untitled"
      onFocus={() => (editing.current = true)}
      onChange={(event) => setText(event.target.value.replaceAll('\n', ' '))}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        event.currentTarget.blur();
      }}
      className="mb-6 field-sizing-content w-full resize-none bg-transparent font-sans text-[36px] leading-[44px] font-bold tracking-tight text-balance outline-none placeholder:text-ink-3 focus-visible:outline-none"
    />
  );
}
