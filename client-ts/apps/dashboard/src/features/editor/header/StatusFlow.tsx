import { useState } from 'react';
import { Check, Eye, Send, Undo2 } from 'lucide-react';
import type { DocumentStatus, DocumentView } from '@igny8/protocol';
import { useApi, useCan, useSiteId } from '~/shared/data/workspace';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { PublishDialog } from './PublishDialog';

/** The draft's next step: draft → in review → approved → published. One primary button at a time. */
export function StatusFlow({ view }: { view: DocumentView }) {
  const mayEdit = useCan('edit');
  const [publishing, setPublishing] = useState(false);
  const { change, busy } = useStatusChange(view);
  if (!mayEdit) return null;
  const back = (
    <Button kind="ghost" busy={busy} icon={<Undo2 size={14} />} onClick={() => change('draft')}>
      Back to draft
    </Button>
  );
  return (
    <div className="flex items-center gap-2">
      {view.status === 'draft' && (
        <Button kind="primary" busy={busy} icon={<Eye size={14} />} onClick={() => change('in_review')}>
          Send to review
        </Button>
      )}
      {view.status === 'in_review' && (
        <>
          {back}
          <Button kind="primary" busy={busy} icon={<Check size={14} />} onClick={() => change('approved')}>
            Approve
          </Button>
        </>
      )}
      {view.status === 'approved' && (
        <>
          {back}
          <Button kind="primary" icon={<Send size={14} />} onClick={() => setPublishing(true)}>
            Publish
          </Button>
        </>
      )}
      {(view.status === 'published' || view.status === 'conflict') && (
        <Button icon={<Send size={14} />} onClick={() => setPublishing(true)}>
          Publish again
        </Button>
      )}
      {publishing && <PublishDialog view={view} onClose={() => setPublishing(false)} />}
    </div>
  );
}

const DONE: Partial<Record<DocumentStatus, string>> = { in_review: 'Sent to review', approved: 'Approved', draft: 'Back to draft' };

function useStatusChange(view: DocumentView) {
  const api = useApi();
  const site = useSiteId();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  const change = (status: DocumentStatus) => {
    setBusy(true);
    api.writer
      .changeDocument(site, view.id, { status })
      .then(() => toasts.success(DONE[status] ?? 'Changed'))
      .catch((error: unknown) => toasts.problem(error))
      .finally(() => setBusy(false));
  };
  return { change, busy };
}
