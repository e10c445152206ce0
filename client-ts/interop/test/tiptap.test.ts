// @vitest-environment jsdom
// TipTap as it comes, with its own extensions for collaboration, over providers that nobody here
// wrote, in an article.
import type { HocuspocusProvider } from '@hocuspocus/provider';
import { Editor } from '@tiptap/core';
import { Collaboration } from '@tiptap/extension-collaboration';
import { CollaborationCaret } from '@tiptap/extension-collaboration-caret';
import { StarterKit } from '@tiptap/starter-kit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { WebsocketProvider } from 'y-websocket';
import type * as Y from 'yjs';

import { destroyAll, hocuspocus, kept, socket, synced, websocket } from './guest.js';
import { holds, person, room, Server } from './server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(destroyAll);
afterAll(() => server.stop());

function editor(name: string, { doc: document, provider }: { doc: Y.Doc; provider: HocuspocusProvider | WebsocketProvider }): Editor {
  const user = { name, color: '#336699' };
  const extensions = [StarterKit.configure({ undoRedo: false }), Collaboration.configure({ document }), CollaborationCaret.configure({ provider, user })];
  const element = window.document.body.appendChild(window.document.createElement('div'));
  return kept(new Editor({ element, extensions }));
}

/** Whose carets stand in the text. */
const carets = (of: Editor): string => [...of.view.dom.querySelectorAll('.collaboration-carets__label')].map((label) => label.textContent).sort().join(' ');

test('three of them write one article and see one another, whatever their provider', async () => {
  const ada = await person(server, 'ada');
  const document = await ada.client.rest.writer.createDocument(ada.site, 'A');
  const ticket = await room(ada, { kind: 'article', room: document.id });
  const clients = [hocuspocus(socket(server), ticket), websocket(server, ticket), hocuspocus(socket(server), ticket)];
  await synced(...clients);
  const [one, two, three] = clients.map((client, index) => editor(['One', 'Two', 'Three'][index]!, client)) as [Editor, Editor, Editor];

  one.commands.insertContent('<h2>Starter</h2><p>It <strong>eats</strong> flour.</p>');
  await holds('all see it', () => [two, three].every((other) => other.getHTML() === one.getHTML()));
  expect(three.getHTML()).toContain('<strong>eats</strong>');
  two.commands.insertContentAt(two.state.doc.content.size, '<p>And water.</p>');
  three.commands.insertContentAt(three.state.doc.content.size, '<ul><li><p>And salt.</p></li></ul>');
  const whole = (of: Editor): boolean => ['flour', 'And water.', 'And salt.'].every((text) => of.getText().includes(text)) && of.getHTML() === one.getHTML();
  await holds('all have all', () => [one, two, three].every(whole));

  // All are in one page here, and a caret is where the focus is.
  for (const [name, of] of [['One', one], ['Two', two], ['Three', three]] as const) {
    of.commands.focus('end', { scrollIntoView: false });
    const others = [one, two, three].filter((other) => other !== of);
    await holds(`the others see ${name}`, () => others.every((other) => carets(other) === name));
  }

  // Undo takes back one's own alone, and is an edit like any other.
  two.commands.undo();
  await holds('it is gone for all', () => [one, two, three].every((of) => !of.getText().includes('And water.') && of.getText().includes('And salt.')));
  await synced(...clients);
});
