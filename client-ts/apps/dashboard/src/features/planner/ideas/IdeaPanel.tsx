import { FileText, PenLine, X } from 'lucide-react';
import type { IdeaView } from '@igny8/protocol';
import { useSitePath } from '~/shared/data/workspace';
import { IDEA_STATUS, INTENT } from '~/shared/format/word';
import { SidePanel } from '~/shared/overlay/SidePanel';
import { Badge, StatusDot } from '~/shared/ui/Badge';
import { Button, ButtonLink, IconButton } from '~/shared/ui/Button';

/** One idea beside the list: angle, outline, keywords, and the next step. */
export function IdeaPanel({ idea, canEdit, onWrite, onClose }: { idea: IdeaView; canEdit: boolean; onWrite: () => void; onClose: () => void }) {
  const path = useSitePath();
  return (
    <SidePanel label={`Idea: ${idea.title}`} onClose={onClose}>
      <header className="flex items-start gap-2 border-b border-line px-5 py-4">
        <div className="flex min-w-0 flex-1 flex-col gap-1.5">
          <StatusDot tone={IDEA_STATUS[idea.status].tone}>
            <span className="text-xs text-ink-3">{IDEA_STATUS[idea.status].label}</span>
          </StatusDot>
          <h2 className="text-base font-semibold text-balance">{idea.title}</h2>
        </div>
        <IconButton label="Close the idea" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </header>
      <div className="flex flex-col gap-5 px-5 py-4">
        <p className="text-ink-2">{idea.angle}</p>
        <div className="flex gap-2 empty:hidden">
          {canEdit && idea.status === 'new' && (
            <Button kind="primary" icon={<PenLine size={14} />} onClick={onWrite}>
              Write the draft
            </Button>
          )}
          {idea.document && (
            <ButtonLink kind="primary" icon={<FileText size={14} />} to={path(`drafts/${idea.document}`)}>
              Open the draft
            </ButtonLink>
          )}
        </div>
        <section>
          <h3 className="mb-2 text-xs font-medium text-ink-3">Outline</h3>
          <ol className="tnum flex list-decimal flex-col gap-1.5 pl-5 marker:text-ink-3">
            {idea.outline.map((heading) => (
              <li key={heading}>{heading}</li>
            ))}
          </ol>
        </section>
        <section>
          <h3 className="mb-2 text-xs font-medium text-ink-3">Keywords to rank for</h3>
          <div className="flex flex-wrap gap-1">
            {idea.target_keywords.map((keyword) => (
              <Badge key={keyword}>{keyword}</Badge>
            ))}
          </div>
        </section>
        {idea.intent && <p className="text-xs text-ink-3">Intent: {INTENT[idea.intent]}</p>}
      </div>
    </SidePanel>
  );
}
