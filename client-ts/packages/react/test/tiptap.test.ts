import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { StarterKit } from '@tiptap/starter-kit';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { KeptCaret } from '../src/tiptap.js';

const open: Editor[] = [];
afterEach(() => open.splice(0).forEach((editor) => editor.destroy()));

function paragraph(text: string): Y.XmlElement {
  const element = new Y.XmlElement('paragraph');
  if (text !== '') element.insert(0, [new Y.XmlText(text)]);
  return element;
}

/** An editor on paragraphs, and what somebody else does to them in one go. */
function editorOn(texts: string[]): { editor: Editor; fragment: Y.XmlFragment; edit: (change: (other: Y.XmlFragment) => void) => void } {
  const [doc, other] = [new Y.Doc(), new Y.Doc()];
  const fragment = doc.getXmlFragment('default');
  fragment.insert(0, texts.map(paragraph));
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  const editor = new Editor({ extensions: [StarterKit.configure({ undoRedo: false, trailingNode: false }), KeptCaret, Collaboration.configure({ document: doc })] });
  open.push(editor);
  const edit = (change: (shared: Y.XmlFragment) => void) => {
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    other.transact(() => change(other.getXmlFragment('default')));
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), 'other');
  };
  return { editor, fragment, edit };
}

const textOf = (fragment: Y.XmlFragment, at: number): Y.XmlText => (fragment.get(at) as Y.XmlElement).get(0) as Y.XmlText;

/** The caret's block with a bar where it stands, before it how many blocks there are. */
function caretOf({ state }: Editor): [number, string] {
  const { $from, empty } = state.selection;
  expect(empty).toBe(true);
  const text = $from.parent.textContent;
  return [$from.index(0), `${text.slice(0, $from.parentOffset)}|${text.slice($from.parentOffset)}`];
}

/** Puts the caret into a block. */
function place(editor: Editor, block: number, offset: number): void {
  let at = 1;
  for (let before = 0; before < block; before += 1) at += editor.state.doc.child(before).nodeSize;
  editor.commands.setTextSelection(at + offset);
}

describe('the caret, while others write', () => {
  it('stays in its paragraph when the AI begins the next with the same word', () => {
    const { editor, edit } = editorOn(['The practical side']);
    place(editor, 0, 13);
    edit((shared) => shared.insert(1, [paragraph('The')]));
    edit((shared) => textOf(shared, 0).insert(0, 'M'));
    expect(caretOf(editor)).toEqual([0, 'MThe practical| side']);
    editor.commands.insertContent('!');
    expect(editor.getText({ blockSeparator: '\n' })).toBe('MThe practical! side\nThe');
  });

  it('stays in its empty paragraph, before what somebody else writes there', () => {
    const { editor, edit } = editorOn(['One', '', 'Three']);
    place(editor, 1, 0);
    edit((shared) => shared.insert(0, [paragraph('')]));
    expect(caretOf(editor)).toEqual([2, '|']);
    edit((shared) => (shared.get(2) as Y.XmlElement).insert(0, [new Y.XmlText('Two')]));
    expect(caretOf(editor)).toEqual([2, '|Two']);
  });

  it('stays at the start of the first paragraph when all before it is deleted', () => {
    const { editor, edit } = editorOn(['Tea, and more', ', and more']);
    place(editor, 0, 3);
    edit((shared) => textOf(shared, 0).delete(0, 3));
    expect(caretOf(editor)).toEqual([0, '|, and more']);
  });

  it('keeps a selection of a range', () => {
    const { editor, edit } = editorOn(['The practical side']);
    editor.commands.setTextSelection({ from: 5, to: 14 });
    edit((shared) => {
      textOf(shared, 0).insert(0, 'M');
      shared.insert(1, [paragraph('The')]);
    });
    const { from, to } = editor.state.selection;
    expect(editor.state.doc.textBetween(from, to)).toBe('practical');
  });

  it('goes to another place only if its paragraph is gone', () => {
    const { editor, edit } = editorOn(['One', 'Two', 'Three']);
    place(editor, 1, 2);
    edit((shared) => shared.delete(1, 1));
    expect(['One', 'Three']).toContain(caretOf(editor)[1].replace('|', ''));
  });

  it('stands behind the letter it stood behind, whatever others do: 100 random runs', () => {
    for (let seed = 1; seed <= 100; seed += 1) randomRun(seed);
  });
});

/** Few letters and short texts, so that many paragraphs look alike. */
function randomRun(seed: number): void {
  const below = random(seed);
  const word = () => 'aab'.slice(below(3));
  const { editor, fragment, edit } = editorOn(['a', 'ab', 'aab', 'b'].map((text) => text.repeat(1 + below(2))));
  const block = below(4);
  const mine = textOf(fragment, block);
  const offset = below(mine.length + 1);
  place(editor, block, offset);
  // The independent witness: a position that Yjs keeps by itself.
  const behind = Y.createRelativePositionFromTypeIndex(mine, offset, -1);
  for (let turn = 0; turn < 6; turn += 1) {
    edit((shared) => {
      for (let changes = 1 + below(3); changes > 0; changes -= 1) {
        const at = below(shared.length);
        const text = textOf(shared, at);
        const kind = below(4);
        if (kind === 0) shared.insert(at, [paragraph(`a${word()}`)]);
        else if (kind === 1) text.insert(below(text.length + 1), word());
        else if (kind === 2) text.delete(0, Math.min(text.length, 1 + below(2)));
        else if (shared.length > 1) shared.delete(at, 1);
      }
    });
    if (mine._item?.deleted) return;
    const index = Y.createAbsolutePositionFromRelativePosition(behind, fragment.doc as Y.Doc)?.index ?? -1;
    const now = fragment.toArray().indexOf(mine.parent as Y.XmlElement);
    expect(caretOf(editor), `seed ${seed}, turn ${turn}`).toEqual([now, `${mine.toString().slice(0, index)}|${mine.toString().slice(index)}`]);
  }
}

/** Numbers below a bound, the same for the same seed. */
function random(seed: number): (bound: number) => number {
  let state = seed * 2654435761;
  return (bound) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) >>> 0;
    return state % bound;
  };
}
