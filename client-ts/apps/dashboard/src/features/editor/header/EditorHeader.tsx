import { useEffect } from 'react';
import { Link } from 'react-router';
import { ChevronLeft } from 'lucide-react';
import type { DocumentView } from '@igny8/protocol';
import type { DocumentProvider, DocumentStatus } from '@igny8/sdk';
import { useSitePath } from '~/shared/data/workspace';
import { DOCUMENT_STATUS } from '~/shared/format/word';
import { StatusDot } from '~/shared/ui/Badge';
import { HistoryButton } from '../history/HistoryButton';
import { PresenceList } from './PresenceList';
import { SaveState } from './SaveState';
import { StatusFlow } from './StatusFlow';

/** Where one is, who is here, what is saved, and the next step of the draft. */
export function EditorHeader({ view, provider, status }: { view: DocumentView; provider: DocumentProvider; status: DocumentStatus }) {
  const path = useSitePath();
  useEffect(() => {
    document.title = `${view.title || 'Untitled'} · IGNY8`;
  }, [view.title]);
  const { label, tone } = DOCUMENT_STATUS[view.status];
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-6 py-2">
      <Link to={path('drafts')} aria-label="All drafts" className="-ml-2 flex items-center gap-0.5 rounded-md py-1 pr-2 pl-1 text-ink-3 hover:bg-hover hover:text-ink">
        <ChevronLeft size={16} aria-hidden="true" />
        Drafts
      </Link>
      <span data-testid="document-status">
        <StatusDot tone={tone} live={view.status === 'publishing'}>
          {label}
        </StatusDot>
      </span>
      <SaveState status={status} />
      <div className="ml-auto flex items-center gap-4">
        <PresenceList provider={provider} />
        <HistoryButton view={view} />
        <StatusFlow view={view} />
      </div>
    </header>
  );
}
