import { useState } from 'react';
import type { Editor } from '@tiptap/react';
import { FormModal } from '~/shared/overlay/FormModal';
import { Button } from '~/shared/ui/Button';
import { TextField } from '~/shared/ui/Field';

// What the server takes too (actors/document/src/schema.rs).
const ALLOWED = /^(https?:\/\/|mailto:|tel:|\/|#)/i;

/** The target of a link on the selected text. */
export function LinkDialog({ editor, onClose }: { editor: Editor; onClose: () => void }) {
  const before = (editor.getAttributes('link')['href'] as string | undefined) ?? '';
  const [href, setHref] = useState(before);
  const target = ALLOWED.test(href.trim()) ? href.trim() : `https://${href.trim()}`;
  const apply = () => {
    editor.chain().focus().extendMarkRange('link').setLink({ href: target }).run();
    return Promise.resolve();
  };
  const remove = () => {
    editor.chain().focus().extendMarkRange('link').unsetLink().run();
    onClose();
  };
  return (
    <FormModal title="Link" width="sm" submit="Set the link" onSubmit={apply} onClose={onClose} canSubmit={href.trim() !== ''}>
      <TextField label="Address" autoFocus value={href} placeholder="https://" onChange={(event) => setHref(event.target.value)} />
      {before && (
        <Button kind="ghost" size="sm" className="self-start" onClick={remove}>
          Remove the link
        </Button>
      )}
    </FormModal>
  );
}
