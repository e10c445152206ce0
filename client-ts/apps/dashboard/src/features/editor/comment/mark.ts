import { Mark, mergeAttributes, type Editor } from '@tiptap/core';
import { Fragment, Slice, type Node } from '@tiptap/pm/model';
import { Plugin, PluginKey, type EditorState } from '@tiptap/pm/state';
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view';
import { absolutePositionToRelativePosition, relativePositionToAbsolutePosition, ySyncPluginKey, type ProsemirrorBinding } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import type { ThreadRange } from '@igny8/sdk';

interface Place {
  from: number;
  to: number;
}

/** The text that somebody is about to comment on: it must hold while others type. */
export interface Pending {
  from: Y.RelativePosition;
  to: Y.RelativePosition;
  quote: string;
}

interface CommentState {
  /** Threads whose text is shown as commented: the open ones. */
  shown: ReadonlySet<string>;
  /** Suggestions that are open: their anchors are those of threads. */
  suggested: ReadonlySet<string>;
  selected: string | null;
  pending: Pending | null;
  /** Where each thread's text stands. */
  anchors: ReadonlyMap<string, Place[]>;
}

type Change = Partial<Pick<CommentState, 'shown' | 'suggested' | 'selected' | 'pending'>>;

const KEY = new PluginKey<CommentState>('comment');

/** The anchor of a thread. The server puts it on and takes it off (docs/PROTOCOL.md); one's own edits only carry it
 * along. It may overlap others of its kind, and text that is typed at its end is not under it. */
export const CommentMark = Mark.create({
  name: 'comment',
  inclusive: false,
  excludes: '',
  addAttributes: () => ({
    thread: {
      default: null,
      parseHTML: (element) => element.getAttribute('data-thread'),
      renderHTML: ({ thread }) => ({ 'data-thread': thread as string }),
    },
  }),
  parseHTML: () => [{ tag: 'span[data-thread]' }],
  renderHTML: ({ HTMLAttributes }) => ['span', mergeAttributes(HTMLAttributes), 0],
  addKeyboardShortcuts() {
    return { 'Mod-Alt-m': () => beginComment(this.editor) };
  },
  addProseMirrorPlugins: () => [commentPlugin()],
});

function commentPlugin(): Plugin<CommentState> {
  return new Plugin<CommentState>({
    key: KEY,
    state: {
      init: (_, { doc }) => ({ shown: new Set(), suggested: new Set(), selected: null, pending: null, anchors: anchorsOf(doc) }),
      apply: (transaction, before) => {
        const change = transaction.getMeta(KEY) as Change | undefined;
        if (!change && !transaction.docChanged) return before;
        const anchors = transaction.docChanged ? anchorsOf(transaction.doc) : before.anchors;
        return { ...before, ...change, anchors };
      },
    },
    props: {
      decorations: drawn,
      handleClick: (view, position) => {
        const { shown, suggested, anchors, selected } = commentsOf(view.state);
        const thread = threadAt(anchors, (id) => shown.has(id) || suggested.has(id), position);
        if (thread !== selected) change(view, { selected: thread });
        return false;
      },
      transformPasted: (slice, view) => withoutCopies(slice, commentsOf(view.state).anchors),
    },
  });
}

const NOTHING: CommentState = { shown: new Set(), suggested: new Set(), selected: null, pending: null, anchors: new Map() };

/** What is commented in the text, and what is chosen of it. */
export function commentsOf(state: EditorState): CommentState {
  return KEY.getState(state) ?? NOTHING;
}

function change(view: EditorView, to: Change): void {
  view.dispatch(view.state.tr.setMeta(KEY, to));
}

/** Draws the text of these threads as commented. */
export function showThreads(editor: Editor, shown: ReadonlySet<string>): void {
  change(editor.view, { shown });
}

/** Draws the text of these suggestions as such. */
export function showSuggestions(editor: Editor, suggested: ReadonlySet<string>): void {
  change(editor.view, { suggested });
}

export function selectThread(editor: Editor, selected: string | null): void {
  change(editor.view, { selected });
}

/** The thread's text, in sight. */
export function scrollToThread(editor: Editor, thread: string): void {
  editor.view.dom.querySelector(`[data-thread="${CSS.escape(thread)}"]`)?.scrollIntoView({ block: 'center', behavior: 'smooth' });
}

export function canComment({ state }: Editor): boolean {
  const { from, to } = state.selection;
  return state.doc.textBetween(from, to).trim() !== '';
}

/** Keeps the selection as what a comment is about to be put on; false if there is no text in it. */
export function beginComment(editor: Editor): boolean {
  const pending = selectionOf(editor);
  if (!pending) return false;
  change(editor.view, { selected: null, pending });
  return true;
}

/** The selected text as the server wants it, holding while others type; null if there is none. */
export function selectedRange(editor: Editor): ThreadRange | null {
  const selection = selectionOf(editor);
  return selection && rangeOf(selection);
}

function selectionOf(editor: Editor): Pending | null {
  const { state } = editor;
  const sync = syncOf(state);
  if (!sync || !canComment(editor)) return null;
  const { from, to } = state.selection;
  const relative = (position: number) => absolutePositionToRelativePosition(position, sync.type, sync.mapping) as Y.RelativePosition;
  return { from: relative(from), to: relative(to), quote: state.doc.textBetween(from, to, '\n') };
}

export function cancelComment(editor: Editor): void {
  change(editor.view, { pending: null });
}

/** As the server wants it. */
export function rangeOf({ from, to }: Pending): ThreadRange {
  const encoded = (position: Y.RelativePosition) => btoa(String.fromCharCode(...Y.encodeRelativePosition(position)));
  return { kind: 'positions', from: encoded(from), to: encoded(to) };
}

function syncOf(state: EditorState): { doc: Y.Doc; type: Y.XmlFragment; mapping: ProsemirrorBinding['mapping'] } | null {
  const sync = ySyncPluginKey.getState(state) as { doc: Y.Doc; type: Y.XmlFragment; binding: ProsemirrorBinding | null } | undefined;
  return sync?.binding ? { doc: sync.doc, type: sync.type, mapping: sync.binding.mapping } : null;
}

function anchorsOf(doc: Node): Map<string, Place[]> {
  const anchors = new Map<string, Place[]>();
  doc.descendants((node, position) => {
    for (const mark of node.marks) {
      const thread = mark.type.name === 'comment' ? (mark.attrs['thread'] as string | null) : null;
      if (!thread) continue;
      const places = anchors.get(thread) ?? [];
      const last = places.at(-1);
      if (last?.to === position) last.to += node.nodeSize;
      else places.push({ from: position, to: position + node.nodeSize });
      anchors.set(thread, places);
    }
  });
  return anchors;
}

/** Of several over each other the shortest: the others have text of their own to be clicked. */
function threadAt(anchors: CommentState['anchors'], shown: (thread: string) => boolean, position: number): string | null {
  let found: { thread: string; length: number } | null = null;
  for (const [thread, places] of anchors) {
    if (!shown(thread) || !places.some(({ from, to }) => from <= position && position <= to)) continue;
    const length = places.reduce((sum, { from, to }) => sum + to - from, 0);
    if (!found || length < found.length) found = { thread, length };
  }
  return found?.thread ?? null;
}

function drawn(state: EditorState): DecorationSet {
  const { shown, suggested, selected, pending, anchors } = commentsOf(state);
  const drawings: Decoration[] = [];
  for (const [thread, places] of anchors) {
    const kind = shown.has(thread) ? 'comment-anchor' : suggested.has(thread) ? 'suggestion-anchor' : null;
    if (!kind) continue;
    const look = thread === selected ? `${kind} ${kind}-selected` : kind;
    for (const { from, to } of places) drawings.push(Decoration.inline(from, to, { class: look }));
  }
  const about = pending && placeOf(state, pending);
  if (about) drawings.push(Decoration.inline(about.from, about.to, { class: 'comment-anchor comment-anchor-selected' }));
  return DecorationSet.create(state.doc, drawings);
}

function placeOf(state: EditorState, { from, to }: Pending): Place | null {
  const sync = syncOf(state);
  if (!sync) return null;
  const absolute = (position: Y.RelativePosition) => relativePositionToAbsolutePosition(sync.doc, sync.type, position, sync.mapping);
  const [start, end] = [absolute(from), absolute(to)];
  return start !== null && end !== null && start < end && end <= state.doc.content.size ? { from: start, to: end } : null;
}

/** Text that was copied leaves its comments where they are; text that was cut takes them along. */
export function withoutCopies(slice: Slice, anchors: ReadonlyMap<string, unknown>): Slice {
  const cleaned = (fragment: Fragment): Fragment => {
    const nodes: Node[] = [];
    fragment.forEach((node) => {
      const marks = node.marks.filter((mark) => mark.type.name !== 'comment' || !anchors.has(mark.attrs['thread'] as string));
      nodes.push(node.isText ? node.mark(marks) : node.copy(cleaned(node.content)));
    });
    return Fragment.fromArray(nodes);
  };
  return new Slice(cleaned(slice.content), slice.openStart, slice.openEnd);
}

