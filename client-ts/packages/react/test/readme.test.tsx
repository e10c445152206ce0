import { createClient } from '@igny8/sdk';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

import { FakeServer } from '../../sdk/test/fake-server.js';
import { Draft } from '../example/Draft.js';
import { ClientProvider } from '../src/index.js';

// As the modules' addresses are not files here, paths are from the package.
const text = (path: string) => readFileSync(path, 'utf8');
let server: FakeServer;

beforeEach(async () => {
  server = await FakeServer.start();
});
afterEach(async () => {
  cleanup();
  await server.stop();
});

it('the example of the README is the one that is checked, and does what it says', async () => {
  expect(text('README.md')).toContain(`\`\`\`tsx\n${text('example/Draft.tsx')}\`\`\``);
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText('Tea is made of leaves.')]);
  server.document('doc-1').getXmlFragment('default').push([paragraph]);
  const client = createClient({ baseUrl: server.baseUrl, fetch: server.fetch, WebSocket: WebSocket as never });
  await client.session.login({ email: 'a@example.test', password: 'password' });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ClientProvider client={client}>
        <Draft id="doc-1" />
      </ClientProvider>
    </QueryClientProvider>,
  );
  expect(await screen.findByText('Tea is made of leaves.')).toBeTruthy();
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe('saved'));
  await waitFor(() => expect(screen.getByText('Tea is made of leaves.').closest('[contenteditable]')?.getAttribute('contenteditable')).toBe('true'));
  client.close();
});
