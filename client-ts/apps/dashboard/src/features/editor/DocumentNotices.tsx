import { Download, RotateCcw, Trash2 } from 'lucide-react';
import type { DocumentProvider, DocumentStatus } from '@igny8/sdk';
import { useConfirm } from '~/shared/overlay/ConfirmDialog';
import { useToasts } from '~/shared/overlay/ToastNotifications';
import { Button } from '~/shared/ui/Button';
import { Notice } from '~/shared/ui/Notice';
import { saveCopy } from './copy';

interface Props {
  status: DocumentStatus;
  provider: DocumentProvider;
  title: string;
}

/** What stands between a person and the text: refused edits, a lost right, edits of an earlier visit, reading only. */
export function DocumentNotices(props: Props) {
  const notice = noticeOf(props);
  return notice && <div className="mx-auto max-w-[720px] px-6 pt-4">{notice}</div>;
}

function noticeOf(props: Props) {
  const { status } = props;
  if (status.refused) {
    return (
      <Notice tone="bad" title="Your last edits were not taken" actions={<CopyAndReload {...props} />}>
        {status.refused.message}
      </Notice>
    );
  }
  if (status.ended) {
    return (
      <Notice tone="bad" title="This draft is closed to you" actions={status.unsaved > 0 && <KeepCopy {...props} />}>
        {status.ended.message} {status.unsaved > 0 && 'What you typed last was not saved: it is still on this page.'}
      </Notice>
    );
  }
  if (status.aside) return <AsideNotice {...props} />;
  if (status.phase !== 'synced' || status.writable) return null;
  return (
    <Notice tone="info" title="Reading only">
      Your role lets you read this draft. You see every edit as it happens.
    </Notice>
  );
}

function KeepCopy({ provider, title }: Props) {
  return (
    <Button size="sm" icon={<Download size={12} />} onClick={() => saveCopy(provider, provider.fork(), title)}>
      Keep a copy
    </Button>
  );
}

function CopyAndReload(props: Props) {
  return (
    <>
      <KeepCopy {...props} />
      <Button size="sm" kind="primary" onClick={() => location.reload()}>
        Reload
      </Button>
    </>
  );
}

/** Edits of an earlier visit that were not taken: nothing happens to them unless somebody wants it. */
function AsideNotice({ status, provider, title }: Props) {
  const confirm = useConfirm();
  const toasts = useToasts();
  const restore = () => {
    if (!provider.restoreAside()) toasts.failure('They do not fit the draft any more', { detail: 'Keep a copy, and take from it what you need.' });
  };
  const discard = async () => {
    if (await confirm({ title: 'Throw these edits away?', body: 'They are on this device alone, and cannot be brought back.', confirm: 'Throw them away', danger: true })) provider.discardAside();
  };
  const actions = (
    <>
      <Button size="sm" icon={<Download size={12} />} onClick={() => saveCopy(provider, provider.asideCopy(), title)}>
        Keep a copy
      </Button>
      {status.writable && (
        <Button size="sm" icon={<RotateCcw size={12} />} onClick={restore}>
          Try them again
        </Button>
      )}
      <Button size="sm" kind="danger" icon={<Trash2 size={12} />} onClick={() => void discard()}>
        Throw them away
      </Button>
    </>
  );
  return (
    <Notice tone="bad" title="Edits of yours are kept on this device, but are not in the draft" actions={actions}>
      {status.aside?.message}
    </Notice>
  );
}
