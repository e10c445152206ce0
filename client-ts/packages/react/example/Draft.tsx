import { useDocument, useDocumentStatus, type OpenDocument } from '@igny8/react';
import { KeptCaret } from '@igny8/react/tiptap';
import { savingOf } from '@igny8/sdk';
import Collaboration from '@tiptap/extension-collaboration';
import { EditorContent, useEditor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';

/** A draft that is edited together, and what may be said of one's edits. */
export function Draft({ id }: { id: string }) {
  const open = useDocument(id);
  return open === null ? <p>Opening…</p> : <Text key={id} {...open} />;
}

function Text({ ydoc, provider }: OpenDocument) {
  const status = useDocumentStatus(provider);
  const saving = savingOf(status);
  const editor = useEditor({ extensions: [StarterKit.configure({ undoRedo: false, trailingNode: false }), KeptCaret, Collaboration.configure({ document: ydoc })] });
  if (editor && editor.isEditable !== status.writable) editor.setEditable(status.writable);
  return (
    <>
      <p role="status">{'message' in saving ? saving.message : saving.state}</p>
      <EditorContent editor={editor} />
    </>
  );
}
