import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { addLine } from '../example/addLine.js';
import type { SocketConstructor } from '../src/connection/socket.js';
import { useWorld } from './world.js';

const world = useWorld();
const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

it('the example of the README is the one that is checked, and does what it says', async () => {
  expect(text('../README.md')).toContain(`\`\`\`ts\n${text('../example/addLine.ts')}\`\`\``);
  const { baseUrl, fetch } = world.server;
  const options = { baseUrl, fetch, WebSocket: WebSocket as unknown as SocketConstructor };
  const login = { email: 'a@example.test', password: 'password' };
  expect(await addLine(options, login, 'doc-1', 'Tea is made of leaves.')).toEqual({ state: 'saved' });
  expect(world.server.document('doc-1').getXmlFragment('default').toString()).toBe('<paragraph>Tea is made of leaves.</paragraph>');
  world.server.writable = false;
  expect(await addLine(options, login, 'doc-1', 'And coffee.')).toMatchObject({ state: 'refused', code: 'read_only' });
});
