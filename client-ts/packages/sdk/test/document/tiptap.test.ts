// @vitest-environment happy-dom
import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { StarterKit } from '@tiptap/starter-kit';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';

import { DocumentProvider } from '../../src/document/provider.js';
import { waitFor } from '../../src/observable.js';
import { eventually, useWorld } from '../world.js';

const world = useWorld();
const open: { editor: Editor; provider: DocumentProvider }[] = [];

afterEach(() => {
  for (const { editor, provider } of open.splice(0)) {
    editor.destroy();
    provider.destroy();
  }
});

/** TipTap as it comes, on our provider. */
async function editor(name: string) {
  const document = new Y.Doc();
  const provider = new DocumentProvider(await world.client(), 'doc-1', document);
  const extensions = [StarterKit.configure({ undoRedo: false }), Collaboration.configure({ document }), CollaborationCaret.configure({ provider, user: { name, color: '#336699' } })];
  const made = { editor: new Editor({ extensions }), provider };
  open.push(made);
  await waitFor(provider.status, (status) => status.phase === 'synced');
  return made;
}

describe('unmodified TipTap', () => {
  it('writes together, with carets, and is saved', async () => {
    const [ada, bob] = [await editor('Ada'), await editor('Bob')];
    ada.editor.commands.insertContent('<h2>Starter</h2><p>It <strong>eats</strong> flour.</p>');
    await eventually(() => expect(bob.editor.getHTML()).toBe(ada.editor.getHTML()));
    expect(bob.editor.getHTML()).toContain('<strong>eats</strong>');
    bob.editor.commands.insertContentAt(bob.editor.state.doc.content.size, '<p>And water.</p>');
    await eventually(() => expect(ada.editor.getText()).toContain('And water.'));
    ada.editor.commands.focus();
    await eventually(() => {
      const names = [...bob.provider.awareness.getStates().values()].map((state) => (state['user'] as { name: string } | undefined)?.name);
      expect(names.sort()).toEqual(['Ada', 'Bob']);
    });
    await waitFor(ada.provider.status, (status) => status.saved);
    expect(world.server.document('doc-1').getXmlFragment('default').toString()).toContain('And water.');
  });

  it('undoes only its own', async () => {
    const [ada, bob] = [await editor('Ada'), await editor('Bob')];
    ada.editor.commands.insertContent('Ada wrote this.');
    await eventually(() => expect(bob.editor.getText()).toContain('Ada wrote this.'));
    bob.editor.commands.insertContentAt(bob.editor.state.doc.content.size, '<p>Bob wrote that.</p>');
    await eventually(() => expect(ada.editor.getText()).toContain('Bob wrote that.'));
    bob.editor.commands.undo();
    await eventually(() => expect(ada.editor.getText()).not.toContain('Bob'));
    expect(bob.editor.getText()).toContain('Ada wrote this.');
  });
});
