import type { IdeaView } from '@igny8/protocol';
import { Link } from 'react-router';
import { useSitePath } from '~/shared/data/workspace';
import { IDEA_STATUS, INTENT } from '~/shared/format/word';
import type { Column } from '~/shared/table/column';
import { StatusDot } from '~/shared/ui/Badge';

export function ideaColumns(wide: boolean): Column<IdeaView>[] {
  const all: (Column<IdeaView> & { always?: boolean })[] = [
    { id: 'title', header: 'Idea', width: 'minmax(260px, 2fr)', always: true, cell: (idea) => <IdeaTitle idea={idea} /> },
    { id: 'angle', header: 'Angle', width: 'minmax(200px, 1.4fr)', cell: (idea) => <span className="text-ink-3">{idea.angle}</span> },
    { id: 'intent', header: 'Intent', width: '112px', cell: (idea) => <span className="text-ink-2">{idea.intent ? INTENT[idea.intent] : '–'}</span> },
    { id: 'keywords', header: 'Keywords', width: '80px', align: 'right', cell: (idea) => <span title={idea.target_keywords.join(', ')}>{idea.target_keywords.length}</span> },
    { id: 'status', header: 'Status', width: '112px', always: true, cell: (idea) => <StatusDot tone={IDEA_STATUS[idea.status].tone}>{IDEA_STATUS[idea.status].label}</StatusDot> },
  ];
  return all.filter((column) => wide || column.always);
}

function IdeaTitle({ idea }: { idea: IdeaView }) {
  const path = useSitePath();
  if (!idea.document) return <span className="font-medium">{idea.title}</span>;
  return (
    <Link to={path(`drafts/${idea.document}`)} className="rounded-sm font-medium hover:text-accent-text hover:underline" title="Open the draft">
      {idea.title}
    </Link>
  );
}
