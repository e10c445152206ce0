import { Editor } from '@tiptap/core';
import Image from '@tiptap/extension-image';
import { TableKit } from '@tiptap/extension-table';
import StarterKit from '@tiptap/starter-kit';
import { afterEach, expect, test } from 'vitest';
import { BLOCK_KINDS, blocksNamed } from './block';
import { offeredIn, putBlock, SlashMenuKeys, slashOf } from './menu';

const editors: Editor[] = [];
afterEach(() => {
  for (const editor of editors.splice(0)) editor.destroy();
});

function editorWith(content: string): Editor {
  const editor = new Editor({ element: document.createElement('div'), extensions: [StarterKit.configure({ trailingNode: false }), Image, TableKit, SlashMenuKeys], content, parseOptions: { preserveWhitespace: 'full' } });
  editors.push(editor);
  editor.commands.setTextSelection(editor.state.doc.content.size - 1);
  return editor;
}

/** As a browser does: what no plugin takes is put in. */
function type(editor: Editor, text: string): void {
  for (const letter of text) {
    const { view } = editor;
    const { from, to } = view.state.selection;
    const deflt = () => view.state.tr.insertText(letter, from, to);
    if (!view.someProp('handleTextInput', (take) => take(view, from, to, letter, deflt))) view.dispatch(deflt());
  }
}

function press(editor: Editor, key: string): boolean {
  const event = new KeyboardEvent('keydown', { key });
  return editor.view.someProp('handleKeyDown', (take) => take(editor.view, event)) ?? false;
}

const isOpen = (editor: Editor) => slashOf(editor.state).open;
const names = (editor: Editor) => offeredIn(editor).map(({ id }) => id);
const chosen = (editor: Editor) => editor.view.dom.getAttribute('aria-activedescendant');

test('a slash on an empty line offers every other block, and what is typed narrows them', () => {
  const editor = editorWith('<p></p>');
  type(editor, '/');
  expect(names(editor)).toEqual(BLOCK_KINDS.map(({ id }) => id).filter((id) => id !== 'text'));
  type(editor, 'Num');
  expect(names(editor)).toEqual(['numbers']);
  expect(chosen(editor)).toBe('slash-menu-numbers');
  expect(press(editor, 'Enter')).toBe(true);
  expect(editor.getHTML()).toBe('<ol><li><p></p></li></ol>');
  expect(isOpen(editor)).toBe(false);
});

test('it opens after a space, not within a word, an address or code', () => {
  for (const [content, opens] of [['<p>and </p>', true], ['<p>and</p>', false], ['<p>https:/</p>', false], ['<pre><code></code></pre>', false]] as const) {
    const editor = editorWith(content);
    type(editor, '/');
    expect(isOpen(editor), content).toBe(opens);
  }
});

test('the arrows choose, round and round, and Tab takes', () => {
  const editor = editorWith('<p>x </p>');
  type(editor, '/');
  press(editor, 'ArrowUp');
  expect(chosen(editor)).toBe('slash-menu-divider');
  press(editor, 'ArrowDown');
  press(editor, 'ArrowDown');
  expect(chosen(editor)).toBe('slash-menu-subheading');
  press(editor, 'Tab');
  expect(editor.getHTML()).toBe('<h3>x </h3>');
});

test('Escape leaves the text alone, and it does not come back by itself', () => {
  const editor = editorWith('<p></p>');
  type(editor, '/he');
  expect(press(editor, 'Escape')).toBe(true);
  type(editor, 'ad');
  expect(isOpen(editor)).toBe(false);
  expect(editor.getText()).toBe('/head');
  expect(chosen(editor)).toBeNull();
});

test('what names no block is text', () => {
  const editor = editorWith('<p></p>');
  type(editor, '/xyz');
  expect(isOpen(editor)).toBe(false);
  expect(press(editor, 'ArrowDown')).toBe(false);
  expect(editor.getText()).toBe('/xyz');
});

test('what others type elsewhere moves nothing', () => {
  const editor = editorWith('<p>above</p><p></p>');
  type(editor, '/quo');
  editor.view.dispatch(editor.state.tr.insertText('Far ', 1));
  expect(names(editor)).toEqual(['quote']);
  press(editor, 'Enter');
  expect(editor.getHTML()).toBe('<p>Far above</p><blockquote><p></p></blockquote>');
});

test('only what fits is offered', () => {
  const editor = editorWith('<ul><li><p></p></li></ul>');
  type(editor, '/');
  expect(names(editor)).not.toContain('heading');
  expect(names(editor)).toContain('numbers');
});

test('an image asks for its address first', () => {
  const editor = editorWith('<p></p>');
  type(editor, '/im');
  const [image] = offeredIn(editor);
  if (!image) throw new Error('an image is offered');
  putBlock(editor, image);
  expect(slashOf(editor.state).asking).toBe('image');
  expect(editor.getHTML()).toBe('<p></p>');
});

test('every block is found by its name and by other words', () => {
  for (const kind of BLOCK_KINDS) expect(blocksNamed(kind.label.toUpperCase()), kind.id).toContain(kind);
  expect(blocksNamed('h3').map(({ id }) => id)).toEqual(['subheading']);
  expect(blocksNamed('nothing')).toEqual([]);
});
