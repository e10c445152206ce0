import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { EditorContent, useEditor, type Editor } from '@tiptap/react';
import { useSession, type OpenDocument } from '@igny8/react';
import { formatCount } from '~/shared/format/number';
import { colourOf } from '~/shared/ui/Avatar';
import { countWords } from '../count/figure';
import { SlashMenu } from '../slash/SlashMenu';
import { RewriteMenu } from '../suggestion/RewriteMenu';
import { articleExtensions } from './extensions';
import { FormatBar } from './FormatBar';

/** The text itself: TipTap on the shared document, with the carets of the others. */
export function ArticleEditor({ document, open, writable, header, onEditor }: { document: string; open: OpenDocument; writable: boolean; header: ReactNode; onEditor: (editor: Editor | null) => void }) {
  const session = useSession();
  const account = session.status === 'signed_in' ? session.account : null;
  const id = account?.id ?? '';
  const name = account?.name || account?.email || 'Someone';
  const extensions = useMemo(() => articleExtensions(open, { name, color: colourOf(id) }), [open, name, id]);
  const editor = useEditor(
    {
      extensions,
      editable: writable,
      // The server's policy forbids style tags; editor.css has the same rules.
      injectCSS: false,
      shouldRerenderOnTransaction: false,
      editorProps: { attributes: { 'aria-label': 'Text of the draft', role: 'textbox', 'aria-multiline': 'true', spellcheck: 'true' } },
    },
    [extensions],
  );
  useEffect(() => {
    editor?.setEditable(writable);
  }, [editor, writable]);
  useEffect(() => {
    onEditor(editor);
    return () => onEditor(null);
  }, [editor, onEditor]);
  if (!editor) return null;
  return (
    <>
      <FormatBar
        editor={editor}
        disabled={!writable}
        rewrite={<RewriteMenu document={document} editor={editor} provider={open.provider} disabled={!writable} />}
        aside={<WordCount editor={editor} />}
      />
      <div className="mx-auto max-w-[720px] px-6 pt-10 pb-32">
        {header}
        <EditorContent editor={editor} />
        <SlashMenu editor={editor} />
      </div>
    </>
  );
}

// Counting a long article on every key would be felt.
const COUNT_DELAY_MS = 300;

const wordsOf = (editor: Editor): number => countWords(editor.getText({ blockSeparator: '\n' }));

function WordCount({ editor }: { editor: Editor }) {
  const [words, setWords] = useState(() => wordsOf(editor));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const count = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setWords(wordsOf(editor));
      }, COUNT_DELAY_MS);
    };
    editor.on('update', count);
    return () => {
      editor.off('update', count);
      clearTimeout(timer);
    };
  }, [editor]);
  return (
    <span data-testid="word-count" className="tnum text-xs whitespace-nowrap text-ink-3">
      {formatCount(words)} {words === 1 ? 'word' : 'words'}
    </span>
  );
}
