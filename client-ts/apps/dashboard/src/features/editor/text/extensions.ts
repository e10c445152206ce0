import type { Extensions } from '@tiptap/core';
import Collaboration from '@tiptap/extension-collaboration';
import CollaborationCaret from '@tiptap/extension-collaboration-caret';
import Image from '@tiptap/extension-image';
import { TableKit } from '@tiptap/extension-table';
import StarterKit from '@tiptap/starter-kit';
import type { OpenDocument } from '@igny8/react';
import { KeptCaret } from '@igny8/react/tiptap';
import { AuthorColours } from '../author/colour';
import { CommentMark } from '../comment/mark';
import { SlashMenuKeys } from '../slash/menu';
import { safeColour, type PeerUser } from '../peer';

/** The article's schema. The server knows the same nodes and marks (actors/document/src/schema.rs):
 * a name that one side lacks would be deleted from the shared document. */
export function articleExtensions({ ydoc, provider }: OpenDocument, user: PeerUser): Extensions {
  return [
    StarterKit.configure({
      // Collaboration has its own, which undoes only one's own edits.
      undoRedo: false,
      // Every open editor would add a paragraph of its own behind what the AI writes.
      trailingNode: false,
      link: { openOnClick: false, autolink: true, protocols: ['http', 'https', 'mailto', 'tel'] },
    }),
    Image.configure({ inline: false, allowBase64: false }),
    CommentMark,
    AuthorColours,
    SlashMenuKeys,
    TableKit.configure({ table: { resizable: false } }),
    KeptCaret,
    Collaboration.configure({ document: ydoc, field: 'default' }),
    CollaborationCaret.configure({ provider, user, render: renderCaret, selectionRender: renderSelection }),
  ];
}

/** Drawn through properties, not markup: the server's policy forbids style attributes in markup. */
function renderCaret(user: Record<string, unknown>): HTMLElement {
  const caret = document.createElement('span');
  caret.classList.add('peer-caret');
  if (user['ai'] === true) caret.classList.add('peer-caret-ai');
  caret.style.setProperty('--caret', safeColour(user['color']));
  const name = document.createElement('span');
  name.classList.add('peer-caret-name');
  name.textContent = String(user['name'] ?? 'Someone');
  caret.append(name);
  return caret;
}

function renderSelection(user: Record<string, unknown>) {
  return { nodeName: 'span', class: 'peer-selection', style: `--caret: ${safeColour(user['color'])}` };
}
