import { Extension, type Editor } from '@tiptap/core';
import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state';
import type { EditorView } from '@tiptap/pm/view';
import { blocksNamed, fittingBlocks, type BlockKind } from './block';

/** What stands between the slash and the caret, and where. */
export interface Asked {
  from: number;
  to: number;
  query: string;
}

interface SlashState {
  open: boolean;
  /** Which of the offered blocks is chosen. */
  at: number;
  query: string;
  /** A block that asks for something first, while it does. */
  asking: BlockKind['asks'] | null;
}

const CLOSED: SlashState = { open: false, at: 0, query: '', asking: null };
const KEY = new PluginKey<SlashState>('slash');
/** The listbox and its options, as the text names them to a screen reader. */
export const LIST_ID = 'slash-menu';
export const optionId = (block: string): string => `${LIST_ID}-${block}`;
// The longest name of a block, and a little more.
const ASKED = /(?:^|\s)\/([\p{L}\p{N} ]{0,24})$/u;

/** A slash at the beginning of a line or after a space offers blocks. It is text like any other until one is chosen:
 * where the caret is says what is asked for, so that what others type meanwhile moves nothing. */
export const SlashMenuKeys = Extension.create({
  name: 'slashMenu',
  // Its Enter and arrows come before those of the text.
  priority: 1000,
  addProseMirrorPlugins() {
    return [slashPlugin(this.editor)];
  },
});

function slashPlugin(editor: Editor): Plugin<SlashState> {
  return new Plugin<SlashState>({
    key: KEY,
    state: {
      init: () => CLOSED,
      apply: (transaction, before, _, state) => {
        const after = { ...before, ...(transaction.getMeta(KEY) as Partial<SlashState> | undefined) };
        if (!after.open) return after.asking ? after : CLOSED;
        const asked = askedIn(state);
        if (!asked || blocksNamed(asked.query).length === 0) return CLOSED;
        return asked.query === after.query ? after : { ...after, query: asked.query, at: 0 };
      },
    },
    props: {
      handleTextInput: (view, from, to, text) => {
        if (text !== '/' || !mayOpen(view.state, from)) return false;
        view.dispatch(view.state.tr.insertText('/', from, to).setMeta(KEY, { ...CLOSED, open: true }).scrollIntoView());
        return true;
      },
      handleKeyDown: (_, event) => press(editor, event),
      handleDOMEvents: {
        blur: (view) => {
          if (slashOf(view.state).open) change(view, CLOSED);
        },
      },
      attributes: (state) => attributesOf(editor, state),
    },
  });
}

export function slashOf(state: EditorState): SlashState {
  return KEY.getState(state) ?? CLOSED;
}

/** The blocks that are offered now. */
export function offeredIn(editor: Editor): readonly BlockKind[] {
  const { open, query } = slashOf(editor.state);
  return open ? fittingBlocks(editor, query) : [];
}

export function askedIn({ selection }: EditorState): Asked | null {
  const { $from, empty } = selection;
  if (!empty || !$from.parent.isTextblock) return null;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, '\ufffc');
  const query = ASKED.exec(before)?.[1];
  return query === undefined ? null : { from: $from.pos - query.length - 1, to: $from.pos, query };
}

function mayOpen(state: EditorState, position: number): boolean {
  const place = state.doc.resolve(position);
  if (!place.parent.isTextblock || place.parent.type.spec.code) return false;
  if ((state.storedMarks ?? place.marks()).some(({ type }) => type.spec.code)) return false;
  return /(?:^|\s)$/.test(place.parent.textBetween(0, place.parentOffset, undefined, '\ufffc'));
}

function change(view: EditorView, to: Partial<SlashState>): void {
  view.dispatch(view.state.tr.setMeta(KEY, to));
}

function press(editor: Editor, event: KeyboardEvent): boolean {
  const { open, at } = slashOf(editor.state);
  if (!open || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
  const offered = offeredIn(editor);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const chosen = offered[Math.min(at, offered.length - 1)];
  if (event.key === 'Escape') change(editor.view, CLOSED);
  else if (!chosen) return false;
  else if (step) change(editor.view, { at: (Math.min(at, offered.length - 1) + step + offered.length) % offered.length });
  else if (event.key === 'Enter' || event.key === 'Tab') putBlock(editor, chosen);
  else return false;
  return true;
}

/** Puts the block in place of what was typed to ask for it. */
export function putBlock(editor: Editor, kind: BlockKind): void {
  const asked = askedIn(editor.state);
  if (!asked) return;
  const chain = editor.chain().focus().deleteRange(asked);
  if (!kind.asks) return void kind.put(chain).run();
  chain.run();
  change(editor.view, { ...CLOSED, asking: kind.asks });
}

/** The dialog that a block asked with is closed. */
export function endAsking(editor: Editor): void {
  if (!editor.isDestroyed) change(editor.view, CLOSED);
}

function attributesOf(editor: Editor, state: EditorState): Record<string, string> {
  const { open, at, query } = slashOf(state);
  if (!open) return {};
  // The attributes are asked for before the editor has taken over the state.
  const offered = editor.state === state ? offeredIn(editor) : blocksNamed(query);
  const chosen = offered[Math.min(at, offered.length - 1)];
  return chosen ? { 'aria-autocomplete': 'list', 'aria-controls': LIST_ID, 'aria-activedescendant': optionId(chosen.id) } : {};
}
