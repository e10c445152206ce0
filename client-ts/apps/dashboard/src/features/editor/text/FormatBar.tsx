import { useEffect, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useEditorState, type Editor } from '@tiptap/react';
import { Bold, Code, Heading2, Heading3, Heading4, Image, Italic, Link2, List, ListOrdered, MessageSquarePlus, Minus, Quote, Redo2, RemoveFormatting, SquareCode, Strikethrough, Table, Underline, Undo2 } from 'lucide-react';
import { classNames } from '~/shared/ui/classNames';
import { beginComment, canComment } from '../comment/mark';
import { ImageDialog } from './ImageDialog';
import { LinkDialog } from './LinkDialog';
import { TableMenu } from './TableMenu';

interface Tool {
  label: string;
  icon: ReactNode;
  active?: (editor: Editor) => boolean;
  run: (editor: Editor) => void;
}

/** Comments are on the text, not of it: they stay. */
function plain(editor: Editor): void {
  editor.chain().focus().unsetBold().unsetItalic().unsetUnderline().unsetStrike().unsetCode().unsetLink().run();
}

const GROUPS: Tool[][] = [
  [
    { label: 'Undo', icon: <Undo2 size={15} />, run: (editor) => editor.chain().focus().undo().run() },
    { label: 'Redo', icon: <Redo2 size={15} />, run: (editor) => editor.chain().focus().redo().run() },
  ],
  [
    { label: 'Heading', icon: <Heading2 size={15} />, active: (editor) => editor.isActive('heading', { level: 2 }), run: (editor) => editor.chain().focus().toggleHeading({ level: 2 }).run() },
    { label: 'Subheading', icon: <Heading3 size={15} />, active: (editor) => editor.isActive('heading', { level: 3 }), run: (editor) => editor.chain().focus().toggleHeading({ level: 3 }).run() },
    { label: 'Minor heading', icon: <Heading4 size={15} />, active: (editor) => editor.isActive('heading', { level: 4 }), run: (editor) => editor.chain().focus().toggleHeading({ level: 4 }).run() },
  ],
  [
    { label: 'Bold', icon: <Bold size={15} />, active: (editor) => editor.isActive('bold'), run: (editor) => editor.chain().focus().toggleBold().run() },
    { label: 'Italic', icon: <Italic size={15} />, active: (editor) => editor.isActive('italic'), run: (editor) => editor.chain().focus().toggleItalic().run() },
    { label: 'Underline', icon: <Underline size={15} />, active: (editor) => editor.isActive('underline'), run: (editor) => editor.chain().focus().toggleUnderline().run() },
    { label: 'Strikethrough', icon: <Strikethrough size={15} />, active: (editor) => editor.isActive('strike'), run: (editor) => editor.chain().focus().toggleStrike().run() },
    { label: 'Code', icon: <Code size={15} />, active: (editor) => editor.isActive('code'), run: (editor) => editor.chain().focus().toggleCode().run() },
    { label: 'Plain text', icon: <RemoveFormatting size={15} />, run: (editor) => plain(editor) },
  ],
  [
    { label: 'Bulleted list', icon: <List size={15} />, active: (editor) => editor.isActive('bulletList'), run: (editor) => editor.chain().focus().toggleBulletList().run() },
    { label: 'Numbered list', icon: <ListOrdered size={15} />, active: (editor) => editor.isActive('orderedList'), run: (editor) => editor.chain().focus().toggleOrderedList().run() },
    { label: 'Quote', icon: <Quote size={15} />, active: (editor) => editor.isActive('blockquote'), run: (editor) => editor.chain().focus().toggleBlockquote().run() },
    { label: 'Code block', icon: <SquareCode size={15} />, active: (editor) => editor.isActive('codeBlock'), run: (editor) => editor.chain().focus().toggleCodeBlock().run() },
    { label: 'Table', icon: <Table size={15} />, active: (editor) => editor.isActive('table'), run: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
    { label: 'Divider', icon: <Minus size={15} />, run: (editor) => editor.chain().focus().setHorizontalRule().run() },
  ],
];

const TOOLS = GROUPS.flat();

/** Formatting, one row, reached with Tab once and walked with the arrows. */
export function FormatBar({ editor, disabled, rewrite, aside }: { editor: Editor; disabled: boolean; rewrite: ReactNode; aside: ReactNode }) {
  const [dialog, setDialog] = useState<'link' | 'image' | null>(null);
  const close = () => setDialog(null);
  const active = useEditorState({ editor, selector: ({ editor: now }) => [...TOOLS.map((tool) => tool.active?.(now) ?? false), now.isActive('link'), now.isActive('image')] });
  let index = 0;
  return (
    <div className="sticky top-0 z-10 flex min-h-10 items-center gap-2 border-b border-line bg-canvas px-3 py-1">
      <div role="toolbar" aria-label="Formatting" className="flex flex-wrap items-center gap-x-1 gap-y-2" onKeyDown={walk}>
        {GROUPS.map((group, position) => (
          <div key={position} role="group" className="flex gap-0.5 not-first:border-l not-first:border-line not-first:pl-1">
            {group.map((tool) => {
              const at = index++;
              return <ToolButton key={tool.label} label={tool.label} active={active[at] ?? false} first={at === 0} disabled={disabled} onClick={() => tool.run(editor)} icon={tool.icon} />;
            })}
            {position === 2 && <ToolButton label="Link" active={active.at(-2) ?? false} first={false} disabled={disabled} onClick={() => setDialog('link')} icon={<Link2 size={15} />} />}
            {position === 3 && <ToolButton label="Image" active={active.at(-1) ?? false} first={false} disabled={disabled} onClick={() => setDialog('image')} icon={<Image size={15} />} />}
          </div>
        ))}
        <TableMenu editor={editor} disabled={disabled} />
        <CommentButton editor={editor} first={disabled} />
        {rewrite}
      </div>
      <div className="ml-auto">{aside}</div>
      {dialog === 'link' && <LinkDialog editor={editor} onClose={close} />}
      {dialog === 'image' && <ImageDialog editor={editor} onClose={close} />}
    </div>
  );
}

/** Whoever may read may comment, also where the text itself is not theirs to change. */
function CommentButton({ editor, first }: { editor: Editor; first: boolean }) {
  const possible = useEditorState({ editor, selector: ({ editor: now }) => canComment(now) });
  useEffect(() => {
    // A text that one may not change hears no keys of its own.
    const press = (event: globalThis.KeyboardEvent) => {
      const asked = (event.ctrlKey || event.metaKey) && event.altKey && event.code === 'KeyM';
      if (asked && !editor.isEditable && beginComment(editor)) event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [editor]);
  return (
    <div role="group" className="flex border-l border-line pl-1">
      <ToolButton label="Comment" title="Comment (Ctrl Alt M)" active={false} first={first} disabled={!possible} onClick={() => beginComment(editor)} icon={<MessageSquarePlus size={15} />} />
    </div>
  );
}

function ToolButton({ label, title = label, icon, active, first, disabled, onClick }: { label: string; title?: string; icon: ReactNode; active: boolean; first: boolean; disabled: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={title}
      aria-pressed={active}
      tabIndex={first ? 0 : -1}
      disabled={disabled}
      // Pressing a tool must not take the selection out of the text.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onClick}
      className={classNames('inline-flex size-7 items-center justify-center rounded-md transition-colors duration-100 disabled:opacity-40', active ? 'bg-accent-soft text-accent-text' : 'text-ink-2 hover:bg-hover hover:text-ink')}
    >
      {icon}
    </button>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
  const now = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[(now + step + buttons.length) % buttons.length]?.focus();
}
