import { Check, CloudOff, CloudUpload, TriangleAlert } from 'lucide-react';
import type { DocumentStatus } from '@igny8/sdk';
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
  const unsaved = formatPlural(status.unsaved, 'edit');
  if (status.refused) return { icon: <TriangleAlert size={14} />, text: 'Not saved', tone: 'text-bad' };
  if (status.phase === 'connecting') return { icon: null, text: 'Opening…', tone: 'text-ink-3' };
  if (status.phase === 'ended') return { icon: <TriangleAlert size={14} />, text: 'Closed', tone: 'text-bad' };
  if (status.phase === 'offline') return { icon: <CloudOff size={14} />, text: status.unsaved > 0 ? `Offline, ${unsaved} kept on this page` : 'Offline', tone: 'text-warn' };
  if (!status.saved) return { icon: <CloudUpload size={14} />, text: `Saving ${unsaved}`, tone: 'text-ink-3' };
  return { icon: <Check size={14} />, text: 'Saved', tone: 'text-ink-3' };
}
