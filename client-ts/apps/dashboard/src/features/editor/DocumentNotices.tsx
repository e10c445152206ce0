import { Download } from 'lucide-react';
import type { DocumentProvider, DocumentStatus } from '@igny8/sdk';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';

/** What stands between a person and the text: refused edits, a lost right, reading only. */
export function DocumentNotices({ status, provider, title }: { status: DocumentStatus; provider: DocumentProvider; title: string }) {
  const notice = describe(status);
  if (!notice) return null;
  const actions = status.refused && (
    <>
      <Button size="sm" icon={<Download size={12} />} onClick={() => saveText(provider, title)}>
        Keep a copy
      </Button>
      <Button size="sm" kind="primary" onClick={() => location.reload()}>
        Reload
      </Button>
    </>
  );
  return (
    <div className="mx-auto max-w-[720px] px-6 pt-4">
      <Notice tone={notice.tone} title={notice.title} actions={actions}>
        {notice.text}
      </Notice>
    </div>
  );
}

function describe(status: DocumentStatus): { tone: 'bad' | 'info'; title: string; text: string } | null {
  if (status.refused) return { tone: 'bad', title: 'Your last edits were not taken', text: status.refused.message };
  if (status.ended) return { tone: 'bad', title: 'This draft is closed to you', text: status.ended.message };
  if (status.phase === 'synced' && !status.writable) return { tone: 'info', title: 'Reading only', text: 'Your role lets you read this draft. You see every edit as it happens.' };
  return null;
}

/** The text as this page has it, refused edits too. */
function saveText(provider: DocumentProvider, title: string): void {
  const text = provider.ydoc.getXmlFragment('default').toString();
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/xml' }));
  link.download = `${title || 'draft'}.xml`;
  link.click();
  URL.revokeObjectURL(link.href);
}
