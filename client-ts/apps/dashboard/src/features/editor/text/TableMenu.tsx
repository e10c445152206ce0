import { useEditorState, type Editor } from '@tiptap/react';
import { Grid3x3 } from 'lucide-react';
import { Menu, type MenuItem } from '~/shared/overlay/Menu';

/** What can be done with the table that the caret is in; not there outside of one. */
export function TableMenu({ editor, disabled }: { editor: Editor; disabled: boolean }) {
  const inTable = useEditorState({ editor, selector: ({ editor: now }) => now.isActive('table') });
  if (!inTable || disabled) return null;
  const can = editor.can();
  const does = (label: string, possible: boolean, run: () => unknown, danger = false): MenuItem => ({ label, disabled: !possible, danger, run: () => void run() });
  const chain = () => editor.chain().focus();
  return (
    <div role="group" className="flex border-l border-line pl-1">
      <Menu
        label="Change the table"
        button={
          <>
            <Grid3x3 size={15} aria-hidden="true" /> Table
          </>
        }
        buttonClassName="inline-flex h-7 items-center gap-1 rounded-md px-1.5 text-xs text-ink-2 hover:bg-hover hover:text-ink"
        sections={[
          [
            does('Row above', can.addRowBefore(), () => chain().addRowBefore().run()),
            does('Row below', can.addRowAfter(), () => chain().addRowAfter().run()),
            does('Column before', can.addColumnBefore(), () => chain().addColumnBefore().run()),
            does('Column after', can.addColumnAfter(), () => chain().addColumnAfter().run()),
          ],
          [
            does('Header row on or off', can.toggleHeaderRow(), () => chain().toggleHeaderRow().run()),
            does('Merge or split cells', can.mergeOrSplit(), () => chain().mergeOrSplit().run()),
          ],
          [
            does('Delete the row', can.deleteRow(), () => chain().deleteRow().run(), true),
            does('Delete the column', can.deleteColumn(), () => chain().deleteColumn().run(), true),
            does('Delete the table', can.deleteTable(), () => chain().deleteTable().run(), true),
          ],
        ]}
      />
    </div>
  );
}
