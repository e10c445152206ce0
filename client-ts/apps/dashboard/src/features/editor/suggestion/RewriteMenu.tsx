import { useState } from 'react';
import { useEditorState, type Editor } from '@tiptap/react';
import { WandSparkles } from 'lucide-react';
import { waitFor, type DocumentProvider, type RewriteInstruction, type ThreadRange } from '@igny8/sdk';
import { useApi, useCan, useSiteId } from '~/shared/data/workspace';
import { FormModal } from '~/shared/overlay/FormModal';
import { Menu } from '~/shared/overlay/Menu';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { TextField } from '~/shared/ui/Field';
import { canComment, selectedRange } from '../comment/mark';
import { INSTRUCTIONS } from './word';

// The server's bound.
const WORDS_CHARS_MAX = 500;

/** Has the selected text rewritten. It stays as it is: what comes is a suggestion. */
export function RewriteMenu({ document, editor, provider, disabled }: { document: string; editor: Editor; provider: DocumentProvider; disabled: boolean }) {
  const mayEdit = useCan('edit');
  const possible = useEditorState({ editor, selector: ({ editor: now }) => canComment(now) });
  const ask = useAsk(document, provider);
  const [own, setOwn] = useState<ThreadRange | null>(null);
  if (!mayEdit) return null;
  const withRange = (run: (range: ThreadRange) => void) => () => {
    const range = selectedRange(editor);
    if (range) run(range);
  };
  const items = INSTRUCTIONS.map(([kind, label]) => ({ label, disabled: !possible, run: withRange((range) => void ask(range, { kind })) }));
  return (
    <>
      {/* Opening the menu must not take the selection out of the text. */}
      <div role="group" className="flex border-l border-line pl-1" onMouseDown={(event) => event.preventDefault()}>
        <Menu
          label="Rewrite the selected text (1 credit)"
          buttonClassName="inline-flex h-7 items-center gap-1 rounded-md px-1.5 text-xs font-medium text-ink-2 hover:bg-hover hover:text-ink"
          button={
            <>
              <WandSparkles size={14} aria-hidden="true" />
              Rewrite
            </>
          }
          sections={disabled || !possible ? [[{ label: 'Select some text first', disabled: true, run: () => undefined }]] : [items, [{ label: 'In your own words…', run: withRange(setOwn) }]]}
        />
      </div>
      {own && (
        // Arrows in its field are not those of the toolbar.
        <div onKeyDown={(event) => event.stopPropagation()}>
          <OwnWords onAsk={(words) => ask(own, { kind: 'own', words })} onClose={() => setOwn(null)} />
        </div>
      )}
    </>
  );
}

function OwnWords({ onAsk, onClose }: { onAsk: (words: string) => Promise<void>; onClose: () => void }) {
  const [words, setWords] = useState('');
  return (
    <FormModal title="What should the AI do with it?" submit="Rewrite" onSubmit={() => onAsk(words.trim())} onClose={onClose} canSubmit={words.trim() !== ''} width="sm">
      <TextField label="Instruction" value={words} maxLength={WORDS_CHARS_MAX} placeholder="Say it to a beginner" onChange={(event) => setWords(event.target.value)} />
    </FormModal>
  );
}

function useAsk(document: string, provider: DocumentProvider) {
  const { suggestions } = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  return async (range: ThreadRange, instruction: RewriteInstruction) => {
    try {
      // The server knows the text by then.
      await waitFor(provider.status, ({ saved, refused }) => saved || refused !== null);
      await suggestions.ask(site, document, { range, instruction });
      toasts.success('The AI rewrites the selection', { detail: 'It comes as a suggestion, for 1 credit. You can go on typing.' });
    } catch (error) {
      toasts.problem(error);
    }
  };
}
