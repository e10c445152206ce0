import { type ClientOptions, createClient, type Saving, savingOf, waitFor } from '@igny8/sdk';
import * as Y from 'yjs';

/** Adds a paragraph to a draft that others may be writing in, and says what became of it. */
export async function addLine(options: ClientOptions, login: { email: string; password: string }, draft: string, line: string): Promise<Saving> {
  const client = createClient(options);
  await client.session.login(login);
  const { ydoc, provider } = client.documents.open(draft);
  const deadline = AbortSignal.timeout(30_000);
  await waitFor(provider.status, ({ phase }) => phase === 'synced' || phase === 'ended', deadline);
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(line)]);
  ydoc.getXmlFragment('default').push([paragraph]);
  await waitFor(provider.status, ({ saved, refused, ended }) => saved || refused !== null || ended !== null, deadline);
  const saving = savingOf(provider.status.getSnapshot());
  client.documents.release(draft);
  client.close();
  return saving;
}
