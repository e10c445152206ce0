import { getSchema } from '@tiptap/core';
import { DOMSerializer } from '@tiptap/pm/model';
import { yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import type { DocumentProvider } from '@igny8/sdk';
import { saveFile } from '~/shared/data/saveFile';
import { articleExtensions } from './text/extensions';

/** The text of a Yjs update (v1), as a page to take away. */
export function saveCopy(provider: DocumentProvider, update: Uint8Array, title: string): void {
  saveFile(`${title || 'draft'}.html`, new Blob([`<!doctype html><meta charset="utf-8">${htmlOf(provider, update)}`], { type: 'text/html' }));
}

/** As the editor would show it. What it could not show stays readable as it is stored. */
function htmlOf(provider: DocumentProvider, update: Uint8Array): string {
  const ydoc = new Y.Doc();
  Y.applyUpdate(ydoc, update);
  const fragment = ydoc.getXmlFragment('default');
  const stored = fragment.toString();
  try {
    const schema = getSchema(articleExtensions({ ydoc, provider }, { name: '', color: '' }));
    const page = document.createElement('article');
    page.append(DOMSerializer.fromSchema(schema).serializeFragment(yXmlFragmentToProseMirrorRootNode(fragment, schema).content));
    return page.innerHTML;
  } catch {
    return stored;
  } finally {
    ydoc.destroy();
  }
}
