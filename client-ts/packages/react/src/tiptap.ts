import { Extension } from '@tiptap/core';
import { Plugin, TextSelection, type EditorState } from '@tiptap/pm/state';
import { relativePositionToAbsolutePosition, ySyncPluginKey, type ProsemirrorBinding } from '@tiptap/y-tiptap';
import * as Y from 'yjs';

/** Keeps the caret behind the letter it stands behind while others write.
 *
 * After an edit of somebody else the collaboration's binding asks Yjs where the caret is, and, where
 * the block has changed, rather believes a search for a block with like text: a paragraph that the AI
 * has just begun with the same word draws the caret there, in the middle of a word that is being
 * typed. As long as the caret's block is there, Yjs is right. */
export const KeptCaret = Extension.create({
  name: 'keptCaret',
  addProseMirrorPlugins: () => [
    new Plugin({
      appendTransaction(transactions, _before, state) {
        if (!transactions.some((transaction) => isFromOthers(transaction.getMeta(ySyncPluginKey)))) return null;
        const selection = selectionByYjs(state);
        if (!selection || selection.eq(state.selection)) return null;
        // A part of the others' edit: nothing of one's own, and nothing to undo.
        return state.tr.setSelection(selection).setMeta(ySyncPluginKey, { isChangeOrigin: true }).setMeta('addToHistory', false);
      },
    }),
  ],
});

const isFromOthers = (meta: unknown): boolean => (meta as { isChangeOrigin?: boolean } | undefined)?.isChangeOrigin === true;

/** What the binding remembers of a selection before an edit arrives. */
interface Remembered {
  type: string;
  anchor: Y.RelativePosition | null;
  head: Y.RelativePosition | null;
}

/** Null for other selections than of text, and where a block of its ends is gone. */
function selectionByYjs(state: EditorState): TextSelection | null {
  const binding = (ySyncPluginKey.getState(state) as { binding?: ProsemirrorBinding } | undefined)?.binding;
  const before = binding?.beforeTransactionSelection as Remembered | null | undefined;
  if (!binding || before?.type !== 'text' || !before.anchor || !before.head) return null;
  const anchor = placeOf(before.anchor, binding);
  const head = placeOf(before.head, binding);
  if (anchor === null || head === null) return null;
  const selection = TextSelection.between(state.doc.resolve(anchor), state.doc.resolve(head));
  return selection instanceof TextSelection ? selection : null;
}

/** Null if the block is gone. */
function placeOf(position: Y.RelativePosition, { doc, type, mapping }: ProsemirrorBinding): number | null {
  const place = Y.createAbsolutePositionFromRelativePosition(position, doc);
  const item = place?.type._item;
  if (!place || !item || item.deleted) return null;
  // At the start of a block there is no letter to stand behind: what others write there comes after the caret.
  const atStart = position.item === null || place.index === 0;
  return relativePositionToAbsolutePosition(doc, type, atStart ? new Y.RelativePosition(item.id, null, null, -1) : position, mapping);
}
