import { createClient, DocumentPool, type DocumentClient, type StreamListener } from '@igny8/sdk';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render, screen, waitFor } from '@testing-library/react';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import * as Y from 'yjs';

import { Draft } from '../example/Draft.js';
import { ClientProvider } from '../src/index.js';

// Modules have no addresses of files here: paths are from the package.
const text = (path: string) => readFileSync(path, 'utf8');

afterEach(cleanup);

/** A client whose server has one document and hears nothing. */
function clientOf(server: Y.Doc) {
  let heard: StreamListener = {};
  const documents = new DocumentPool(
    {
      subscribe: (stream: never, listener: StreamListener) => {
        heard = listener;
        return { stream, position: () => null, unsubscribe: () => undefined };
      },
      connection: { send: () => true, frameBytesMax: 1 << 20 },
    } as unknown as DocumentClient,
    () => () => null,
  );
  const answer = (writable: boolean) => heard.subscribed?.({ kind: 'document', update: Y.encodeStateAsUpdate(server), state_vector: Y.encodeStateVector(server), writable, awareness: new Uint8Array() });
  const client = { ...createClient({ baseUrl: 'http://localhost', fetch: () => Promise.reject(new Error('not asked')) }), documents };
  return { client, answer, end: () => heard.ended?.({ reason: 'revoked', message: 'You no longer have access to this.' }) };
}

it('the example of the README is the one that is checked, and does what it says', async () => {
  expect(text('README.md')).toContain(`\`\`\`tsx\n${text('example/Draft.tsx')}\`\`\``);
  const server = new Y.Doc();
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText('Tea is made of leaves.')]);
  server.getXmlFragment('default').push([paragraph]);
  const { client, answer, end } = clientOf(server);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ClientProvider client={client}>
        <Draft id="doc-1" />
      </ClientProvider>
    </QueryClientProvider>,
  );
  const says = (what: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(what));
  const editable = (is: boolean) => waitFor(() => expect(document.querySelector('[contenteditable]')?.getAttribute('contenteditable')).toBe(String(is)));
  await says('opening');
  await editable(false);
  act(() => answer(true));
  expect(await screen.findByText('Tea is made of leaves.')).toBeTruthy();
  await says('saved');
  await editable(true);
  act(() => end());
  await says('You no longer have access to this.');
  await editable(false);
});
