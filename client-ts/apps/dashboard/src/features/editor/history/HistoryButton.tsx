import { useState } from 'react';
import { History } from 'lucide-react';
import type { DocumentView } from '@igny8/protocol';
import { IconButton } from '~/shared/ui/Button';
import { HistoryDialog } from './HistoryDialog';

/** Opens the draft's history. */
export function HistoryButton({ view }: { view: DocumentView }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton label="History" onClick={() => setOpen(true)}>
        <History size={16} />
      </IconButton>
      {open && <HistoryDialog document={view.id} onClose={() => setOpen(false)} />}
    </>
  );
}
