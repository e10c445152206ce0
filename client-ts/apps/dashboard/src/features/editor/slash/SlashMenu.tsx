import { useEffect, useReducer, useRef } from 'react';
import { useEditorState, type Editor } from '@tiptap/react';
import { classNames } from '~/shared/ui/classNames';
import { ImageDialog } from '../text/ImageDialog';
import { askedIn, endAsking, LIST_ID, offeredIn, optionId, putBlock, slashOf } from './menu';

const WIDTH_PX = 240;
const HEIGHT_MAX_PX = 344;
// From the line of text, and from the edge of the screen.
const GAP_PX = 6;

/** The blocks that a slash offers, at the slash. The text keeps the focus; it names the chosen one. */
export function SlashMenu({ editor }: { editor: Editor }) {
  const { open, at, query, asking } = useEditorState({ editor, selector: ({ editor: now }) => slashOf(now.state) });
  return (
    <>
      {open && <Blocks key={query} editor={editor} at={at} />}
      {asking === 'image' && <ImageDialog editor={editor} onClose={() => endAsking(editor)} />}
    </>
  );
}

function Blocks({ editor, at }: { editor: Editor; at: number }) {
  const list = useRef<HTMLUListElement>(null);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const offered = offeredIn(editor);
  const chosen = offered[Math.min(at, offered.length - 1)];
  const asked = askedIn(editor.state);
  useEffect(() => {
    window.addEventListener('scroll', redraw, { capture: true, passive: true });
    window.addEventListener('resize', redraw);
    return () => {
      window.removeEventListener('scroll', redraw, { capture: true });
      window.removeEventListener('resize', redraw);
    };
  }, []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  if (!chosen || !asked) return null;
  return (
    <ul ref={list} id={LIST_ID} role="listbox" aria-label="Blocks" style={placeOf(editor, asked.from)} className="fixed z-40 overflow-y-auto rounded-lg border border-line bg-surface p-1 text-sm shadow-high">
      {offered.map((kind) => (
        <li
          key={kind.id}
          id={optionId(kind.id)}
          role="option"
          aria-selected={kind === chosen}
          // The text must keep the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            putBlock(editor, kind);
          }}
          className={classNames('flex cursor-default items-center gap-2.5 rounded-md px-2 py-1.5 text-ink hover:bg-hover', kind === chosen && 'bg-hover')}
        >
          <span className="text-ink-3" aria-hidden="true">
            {kind.icon}
          </span>
          {kind.label}
          {kind.typed && (
            <kbd aria-hidden="true" className="ml-auto font-mono text-2xs text-ink-3">
              {kind.typed}
            </kbd>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Below the slash; above it where there is more room. */
function placeOf(editor: Editor, position: number) {
  const { left, top, bottom } = editor.view.coordsAtPos(position);
  const [below, above] = [window.innerHeight - bottom - 2 * GAP_PX, top - 2 * GAP_PX];
  const up = below < HEIGHT_MAX_PX && above > below;
  return {
    width: WIDTH_PX,
    maxHeight: Math.max(0, Math.min(HEIGHT_MAX_PX, up ? above : below)),
    left: Math.max(GAP_PX, Math.min(left, window.innerWidth - WIDTH_PX - GAP_PX)),
    ...(up ? { bottom: window.innerHeight - top + GAP_PX } : { top: bottom + GAP_PX }),
  };
}
