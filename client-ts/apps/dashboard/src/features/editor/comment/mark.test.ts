// @vitest-environment happy-dom
import { Editor, Mark } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { Slice } from '@tiptap/pm/model';
import { StarterKit } from '@tiptap/starter-kit';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { beginComment, CommentMark, commentsOf, rangeOf, showThreads, withoutCopies } from './mark';

const ONE = '0193b1c0-0000-7000-8000-000000000001';
const TWO = '0193b1c0-0000-7000-8000-000000000002';
/** As the server writes them (actors/document/src/comment/mark.rs). */
const KEY_OF_ONE = 'comment--S4IFN/5T';

/** A comment's mark as anybody would write it: what any TipTap needs to join. */
const PlainMark = Mark.create({ name: 'comment', inclusive: false, excludes: '', addAttributes: () => ({ thread: { default: null } }), renderHTML: () => ['span', 0] });

const open: Editor[] = [];
afterEach(() => open.splice(0).forEach((editor) => editor.destroy()));

function editorOn(document: Y.Doc, mark: Mark = CommentMark): Editor {
  const editor = new Editor({ extensions: [StarterKit.configure({ undoRedo: false, trailingNode: false }), mark, Collaboration.configure({ document })] });
  open.push(editor);
  return editor;
}

/** Two documents that hear each other at once. */
function pair(): [Y.Doc, Y.Doc] {
  const docs: [Y.Doc, Y.Doc] = [new Y.Doc(), new Y.Doc()];
  docs.forEach((doc, at) => doc.on('update', (update: Uint8Array, origin: unknown) => origin !== 'other' && Y.applyUpdate(docs[1 - at] as Y.Doc, update, 'other')));
  return docs;
}

const textOf = (doc: Y.Doc): Y.XmlText => (doc.getXmlFragment('default').get(0) as Y.XmlElement).get(0) as Y.XmlText;

/** The text under a thread, as Yjs has it. */
function under(doc: Y.Doc, thread: string): string {
  const delta = textOf(doc).toDelta() as { insert: string; attributes?: Record<string, { thread?: string }> }[];
  return delta.filter(({ attributes }) => Object.values(attributes ?? {}).some((value) => value.thread === thread)).map(({ insert }) => insert).join('');
}

describe('a comment’s mark', () => {
  it.each([['ours', CommentMark], ['anybody’s', PlainMark]])('holds under the server’s key, over another, while %s types', (_, mark) => {
    const [doc, other] = pair();
    const editor = editorOn(doc, mark);
    editorOn(other, mark);
    editor.commands.setContent('<p>Tea is made of leaves.</p>');
    // As the server puts them on.
    const server = textOf(other);
    server.format(4, 7, { [KEY_OF_ONE]: { thread: ONE } });
    editor.chain().setTextSelection({ from: 9, to: 15 }).setMark('comment', { thread: TWO }).run();
    expect([under(other, ONE), under(other, TWO)]).toEqual(['is made', 'ade of']);
    editor.commands.insertContentAt(10, 'xx');
    editor.commands.insertContentAt(1, 'Green ');
    expect([under(other, ONE), under(other, TWO)]).toEqual(['is maxxde', 'axxde of']);
    expect(JSON.stringify(textOf(other).toDelta())).toContain(KEY_OF_ONE);
    expect(textOf(other).toString().replace(/<[^>]*>/g, '')).toBe('Green Tea is maxxde of leaves.');
    // What is typed at an end of a comment is not under it.
    editor.commands.insertContentAt('Green Tea is maxxde of'.length + 1, ' old');
    expect(under(other, TWO)).toBe('axxde of');
  });

  it('is shown where its thread is open', () => {
    const doc = new Y.Doc();
    const editor = editorOn(doc);
    editor.commands.setContent('<p>Tea is made of leaves.</p>');
    textOf(doc).format(4, 7, { [KEY_OF_ONE]: { thread: ONE } });
    const drawn = () => [...editor.view.dom.querySelectorAll('.comment-anchor')].map((element) => element.textContent).join('|');
    expect(drawn()).toBe('');
    showThreads(editor, new Set([ONE]));
    expect(drawn()).toBe('is made');
    showThreads(editor, new Set([TWO]));
    expect(drawn()).toBe('');
  });

  it('is asked for by positions that hold while others type', () => {
    const [doc, other] = pair();
    const editor = editorOn(doc);
    const second = editorOn(other);
    editor.commands.setContent('<p>Tea is made of leaves.</p>');
    editor.commands.setTextSelection({ from: 8, to: 12 });
    expect(beginComment(editor)).toBe(true);
    const { pending } = commentsOf(editor.state);
    expect(pending?.quote).toBe('made');
    const range = pending && rangeOf(pending);
    second.commands.insertContentAt(1, 'Green ');
    const placed = (base64: string) => {
      const position = Y.decodeRelativePosition(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
      return Y.createAbsolutePositionFromRelativePosition(position, doc)?.index;
    };
    if (range?.kind !== 'positions') throw new Error('no positions');
    expect([placed(range.from), placed(range.to)]).toEqual([13, 17]);
    expect(editor.view.dom.querySelector('.comment-anchor-selected')?.textContent).toBe('made');
    editor.commands.setTextSelection(3);
    expect(beginComment(editor)).toBe(false);
  });

  it('goes with text that is cut and stays behind text that is copied', () => {
    const editor = editorOn(new Y.Doc());
    editor.commands.setContent('<p>Tea is made of leaves.</p>');
    editor.chain().setTextSelection({ from: 8, to: 12 }).setMark('comment', { thread: ONE }).run();
    const slice = new Slice(editor.state.doc.content, 0, 0);
    const marks = (of: Slice) => JSON.stringify(of.toJSON()).includes(ONE);
    expect(marks(withoutCopies(slice, new Map([[ONE, []]])))).toBe(false);
    expect(marks(withoutCopies(slice, new Map()))).toBe(true);
  });
});
