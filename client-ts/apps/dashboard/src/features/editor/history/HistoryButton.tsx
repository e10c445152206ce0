import { useState } from 'react';
import { History } from 'lucide-react';
import type { DocumentView } from '@igny8/protocol';
import { IconButton } from '~/shared/ui/Button';
import { HistoryDialog } from './HistoryDialog';
import { useRereadHistory } from './useHistory';

/** Opens the draft's history. */
export function HistoryButton({ view }: { view: DocumentView }) {
  const [open, setOpen] = useState(false);
  const reread = useRereadHistory(view.id);
  // The draft has gone on since it was last looked at.
  const show = () => {
    void reread();
    setOpen(true);
  };
  return (
    <>
      <IconButton label="History" onClick={show}>
        <History size={16} />
      </IconButton>
      {open && <HistoryDialog document={view.id} onClose={() => setOpen(false)} />}
    </>
  );
}
