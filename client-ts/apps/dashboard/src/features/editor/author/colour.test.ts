// @vitest-environment happy-dom
import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { StarterKit } from '@tiptap/starter-kit';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { colourOf, coloursOf } from '~/shared/ui/Avatar';
import { AuthorColours, colouredIn, hideAuthors, runsOf, showAuthors } from './colour';

const open: Editor[] = [];
afterEach(() => open.splice(0).forEach((editor) => editor.destroy()));

function editorOn(document: Y.Doc): Editor {
  const editor = new Editor({ extensions: [StarterKit.configure({ undoRedo: false, trailingNode: false }), AuthorColours, Collaboration.configure({ document })] });
  open.push(editor);
  return editor;
}

/** Ada's document with her text, and Bob's words in it. */
function written(): { editor: Editor; doc: Y.Doc } {
  const [doc, other] = [new Y.Doc(), new Y.Doc()];
  doc.clientID = 70;
  other.clientID = 80;
  const editor = editorOn(doc);
  editor.commands.setContent('<p>Tea is made.</p><ul><li><p>Of <strong>leaves</strong>.</p></li></ul>');
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  const text = (other.getXmlFragment('default').get(0) as Y.XmlElement).get(0) as Y.XmlText;
  text.insert(7, 'well ');
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
  return { editor, doc };
}

const WRITERS = [
  { client: 70, clock: 0, author: 0 },
  { client: 80, clock: 0, author: 1 },
];

const drawn = (editor: Editor) => [...editor.view.dom.querySelectorAll<HTMLElement>('.authored')].map((piece) => `${piece.style.getPropertyValue('--author')}:${piece.textContent}`);

describe('who wrote what', () => {
  it('is each one’s colour, through formatting and lists', () => {
    const { editor, doc } = written();
    expect(showAuthors(editor, doc, { authors: [], spans: [], writers: WRITERS }, ['red', 'blue'])).toEqual({ authors: '0,1', strangers: '' });
    expect(drawn(editor)).toEqual(['red:Tea is ', 'blue:well ', 'red:made.', 'red:Of ', 'red:leaves', 'red:.']);
    hideAuthors(editor);
    expect(drawn(editor)).toEqual([]);
  });

  it('changes within what one client wrote, where the table says so', () => {
    const { editor, doc } = written();
    const run = runsOf(doc.getXmlFragment('default')).find(({ client }) => client === 80);
    const writers = [...WRITERS, { client: 80, clock: (run?.clock ?? 0) + 2, author: 2 }];
    const spans = colouredIn(editor.state.doc, runsOf(doc.getXmlFragment('default')), writers)?.spans ?? [];
    expect(spans.map(({ from, to, author }) => `${author}:${editor.state.doc.textBetween(from, to)}`).slice(0, 4)).toEqual(['0:Tea is ', '1:we', '2:ll ', '0:made.']);
  });

  it('names those whom the table lacks, and leaves their text without a colour', () => {
    const { editor, doc } = written();
    expect(showAuthors(editor, doc, { authors: [], spans: [], writers: WRITERS.slice(0, 1) }, ['red'])).toEqual({ authors: '0', strangers: '80' });
    expect(drawn(editor)).toEqual(['red:Tea is ', 'red:made.', 'red:Of ', 'red:leaves', 'red:.']);
  });

  it('waits while the editor is a moment ahead', () => {
    const { editor, doc } = written();
    expect(colouredIn(editor.state.doc, runsOf(doc.getXmlFragment('default')).slice(1), WRITERS)).toBeNull();
  });

  it('is a colour of their own, for as many people as there are colours', () => {
    // Eight letters apart: alone all would have the same.
    const people = ['a', 'i', 'q', 'y', 'b', 'j', 'r', 'z', 'c'];
    expect(new Set(people.slice(0, 4).map(colourOf)).size).toBe(1);
    const colours = coloursOf(people);
    expect(colours[0]).toBe(colourOf('a'));
    expect(new Set(colours.slice(0, 8)).size).toBe(8);
    expect(colours[8]).toBe(colourOf('c'));
    expect(coloursOf(people.slice(0, 3))).toEqual(colours.slice(0, 3));
  });
});
