// @vitest-environment jsdom
// CodeMirror with y-codemirror.next, an editor that knows nothing of articles, in a free room.
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { yCollab } from 'y-codemirror.next';
import * as Y from 'yjs';

import { destroyAll, hocuspocus, kept, socket, synced, websocket } from './guest.js';
import { holds, person, room, Server } from './server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start();
});
afterEach(destroyAll);
afterAll(() => server.stop());

function editor(name: string, { doc, provider }: ReturnType<typeof hocuspocus> | ReturnType<typeof websocket>) {
  const text = doc.getText('codemirror');
  const undoManager = new Y.UndoManager(text);
  const awareness = provider.awareness!;
  awareness.setLocalStateField('user', { name, color: '#336699' });
  const state = EditorState.create({ doc: text.toString(), extensions: [yCollab(text, awareness, { undoManager })] });
  const view = kept(new EditorView({ state, parent: window.document.body }));
  const code = (): string => view.state.doc.toString();
  const type = (insert: string): void => view.dispatch({ changes: { from: view.state.doc.length, insert }, selection: { anchor: view.state.doc.length + insert.length }, userEvent: 'input' });
  const carets = (): string => [...view.dom.querySelectorAll('.cm-ySelectionInfo')].map((label) => label.textContent).sort().join(' ');
  return { view, code, type, carets, undoManager, awareness };
}

test('two providers write one program, also through a death of the server', async () => {
  const ada = await person(server, 'ada');
  const ticket = await room(ada, { room: 'program.ts' });
  const clients = [hocuspocus(socket(server), ticket), websocket(server, ticket)] as const;
  await synced(...clients);
  const [one, two] = [editor('One', clients[0]), editor('Two', clients[1])];
  one.type('const a = 1;\n');
  await holds('two has it', () => two.code() === 'const a = 1;\n');
  two.type('const b = 2;\n');
  await holds('one has it', () => one.code() === 'const a = 1;\nconst b = 2;\n');
  one.undoManager.undo();
  await holds('what one undid is gone for two', () => two.code() === 'const b = 2;\n');

  // A caret is where its editor has the focus.
  one.view.focus();
  one.view.dispatch({ selection: { anchor: 3 } });
  await holds('two knows where one is', () => [...two.awareness.getStates().values()].some((state) => state['user']?.name === 'One' && (state['cursor'] ?? null) !== null));
  await holds('two sees it', () => two.carets() === 'One');

  await server.kill();
  one.type('// one, away\n');
  two.type('// two, away\n');
  await server.up();
  const whole = (code: string): boolean => ['const b', '// one, away', '// two, away'].every((text) => code.includes(text));
  await holds('both have both', () => whole(one.code()) && one.code() === two.code());
  await synced(...clients);
  const late = hocuspocus(socket(server), ticket);
  await synced(late);
  expect(late.doc.getText('codemirror').toString()).toBe(one.code());
});
