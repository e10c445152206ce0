import { useState } from 'react';
import { useParams } from 'react-router';
import type { Editor } from '@tiptap/react';
import { useDocument, useDocumentStatus, useRest, type OpenDocument } from '@igny8/react';
import type { DocumentView } from '@igny8/protocol';
import { useReread } from '~/shared/data/useReread';
import { useSiteId, useSiteState, useTenantId } from '~/shared/data/workspace';
import { PageHeader } from '~/shared/ui/PageHeader';
import { Skeleton, SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';
import { AiBar } from './AiBar';
import { ArticleEditor } from './text/ArticleEditor';
import { DocumentNotices } from './DocumentNotices';
import { EditorHeader } from './header/EditorHeader';
import { SidePanel } from './panel/SidePanel';
import { TitleField } from './text/TitleField';
import { useDocumentTasks } from './useDocumentTasks';
import { useRereadRole } from './useRereadRole';

/** A draft, edited together with people and the AI. */
export function EditorPage() {
  const { document = '' } = useParams();
  const site = useSiteId();
  const tenant = useTenantId();
  const { documents, revisions } = useSiteState();
  const read = useRest(['document', site, document], (rest) => rest.writer.document(site, document));
  useReread(['igny8', tenant, 'document', site, document], revisions.documents);
  const view = documents.get(document) ?? read.data;
  const open = useDocument(document);
  if (read.error && !view) return <ProblemState error={read.error} onRetry={() => void read.refetch()} />;
  if (!view || !open) return <EditorLoading />;
  return <OpenEditor key={document} view={view} open={open} />;
}

function OpenEditor({ view, open }: { view: DocumentView; open: OpenDocument }) {
  const status = useDocumentStatus(open.provider);
  useRereadRole(status);
  const tasks = useDocumentTasks(view.id);
  const [editor, setEditor] = useState<Editor | null>(null);
  return (
    <div className="flex h-full flex-col">
      <EditorHeader view={view} provider={open.provider} status={status} />
      <AiBar tasks={tasks} />
      <div className="flex min-h-0 flex-1">
        <div className="min-w-0 flex-1 overflow-y-auto" data-testid="editor-scroll">
          <DocumentNotices status={status} provider={open.provider} title={view.title} />
          {status.phase === 'connecting' ? (
            <ArticleSkeleton />
          ) : (
            <ArticleEditor document={view.id} open={open} writable={status.writable} header={<TitleField view={view} canEdit={status.writable} />} onEditor={setEditor} />
          )}
        </div>
        <SidePanel view={view} tasks={tasks} editor={editor} open={open} />
      </div>
    </div>
  );
}

function ArticleSkeleton() {
  return (
    <div className="mx-auto flex max-w-[720px] flex-col gap-8 px-6 py-16">
      <Skeleton className="h-9 w-4/5" />
      <SkeletonLines lines={5} />
      <SkeletonLines lines={4} />
    </div>
  );
}

function EditorLoading() {
  return (
    <div className="flex h-full flex-col">
      <PageHeader title="Draft" />
      <ArticleSkeleton />
    </div>
  );
}
