import { useState } from 'react';
import type { Editor } from '@tiptap/react';
import { FormModal } from '~/shared/overlay/FormModal';
import { TextField } from '~/shared/ui/Field';

// What the server takes too (actors/document/src/schema.rs).
const ALLOWED = /^(https?:\/\/|\/)/i;

/** An image by its address, where the caret is; or other words for the one that is selected. */
export function ImageDialog({ editor, onClose }: { editor: Editor; onClose: () => void }) {
  const before = editor.getAttributes('image') as { src?: string; alt?: string };
  const [src, setSrc] = useState(before.src ?? '');
  const [alt, setAlt] = useState(before.alt ?? '');
  const wrong = src.trim() !== '' && !ALLOWED.test(src.trim());
  const put = () => {
    editor.chain().focus().setImage({ src: src.trim(), alt: alt.trim() }).run();
    return Promise.resolve();
  };
  return (
    <FormModal title="Image" width="sm" submit={before.src ? 'Change the image' : 'Put the image here'} onSubmit={put} onClose={onClose} canSubmit={src.trim() !== '' && !wrong}>
      <TextField label="Address" autoFocus value={src} placeholder="https://" error={wrong ? 'Begin with https:// or with /' : undefined} onChange={(event) => setSrc(event.target.value)} />
      <TextField label="Alternative text" value={alt} hint="What is to be seen, for those who cannot see it." onChange={(event) => setAlt(event.target.value)} />
    </FormModal>
  );
}
