import { Check, CloudOff, CloudUpload, TriangleAlert } from 'lucide-react';
import { savingOf, type DocumentStatus } from '@igny8/sdk';
import { formatPlural } from '~/shared/format/number';

/** What is saved, truthfully: "Saved" means that it survives a crash of the server. */
export function SaveState({ status }: { status: DocumentStatus }) {
  const { icon, text, tone } = describe(status);
  return (
    <span role="status" data-testid="save-state" data-saved={status.phase === 'synced' && status.saved} className={`tnum inline-flex items-center gap-1.5 text-xs ${tone}`}>
      {icon}
      {text}
    </span>
  );
}

function describe(status: DocumentStatus) {
  const saving = savingOf(status);
  switch (saving.state) {
    case 'refused':
      return { icon: <TriangleAlert size={14} />, text: 'Not saved', tone: 'text-bad' };
    case 'ended':
      return { icon: <TriangleAlert size={14} />, text: saving.edits > 0 ? 'Closed, not saved' : 'Closed', tone: 'text-bad' };
    case 'opening':
      return { icon: null, text: 'Opening…', tone: 'text-ink-3' };
    case 'offline':
      return { icon: <CloudOff size={14} />, text: 'Offline', tone: 'text-warn' };
    case 'kept':
      return { icon: <CloudOff size={14} />, text: `Offline, ${formatPlural(saving.edits, 'edit')} kept on this device`, tone: 'text-warn' };
    case 'on_page':
      return { icon: <CloudOff size={14} />, text: `Offline, ${formatPlural(saving.edits, 'edit')} on this page only`, tone: 'text-bad' };
    case 'saving':
      return { icon: <CloudUpload size={14} />, text: `Saving ${formatPlural(saving.edits, 'edit')}`, tone: 'text-ink-3' };
    case 'saved':
      return { icon: <Check size={14} />, text: 'Saved', tone: 'text-ink-3' };
  }
}
