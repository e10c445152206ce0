import { useEffect, useMemo, useState } from 'react';
import type { Editor } from '@tiptap/react';
import type { Authorship, AuthorView } from '@igny8/protocol';
import { useRest, type OpenDocument } from '@igny8/react';
import { useReread } from '~/shared/data/useReread';
import { useSiteId, useTenantId } from '~/shared/data/workspace';
import { madeBy } from '~/shared/format/made';
import { coloursOf } from '~/shared/ui/Avatar';
import { CheckField } from '~/shared/ui/Field';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { Notice } from '~/shared/ui/Notice';
import { authorName } from '../comment/thread';
import { Block } from '../panel/Block';
import { hideAuthors, showAuthors, type Drawn } from './colour';

// As the AI's caret (actors/runtime/src/document/run.rs).
const AI_COLOUR = '#7c3aed';
const SERVER_COLOUR = '#6b7280';
// Drawing a long article on every key would be felt.
const DRAW_AFTER_MS = 120;

/** A switch that shows who wrote which text, and what the colours mean. */
export function AuthorBlock({ document, editor, open }: { document: string; editor: Editor | null; open: OpenDocument }) {
  const [shown, setShown] = useState(false);
  return (
    <Block title="Authors">
      <CheckField label="Show who wrote what" checked={shown} onChange={setShown} />
      {shown && editor && <AuthorLegend document={document} editor={editor} open={open} />}
    </Block>
  );
}

function AuthorLegend({ document, editor, open }: { document: string; editor: Editor; open: OpenDocument }) {
  const site = useSiteId();
  const tenant = useTenantId();
  const read = useRest(['authors', document], (rest) => rest.history.authors(site, document));
  const members = useRest(['members'], (rest) => rest.auth.members()).data ?? [];
  const colours = useMemo(() => (read.data ? coloursIn(read.data) : []), [read.data]);
  const { authors, strangers } = useDrawn(editor, open, read.data, colours);
  const present = new Set(authors.split(','));
  // Somebody has begun to write since.
  useReread(['igny8', tenant, 'authors', document], strangers);
  if (read.error && !read.data) return <Notice tone="bad">The authors could not be read. Switch it off and on again.</Notice>;
  if (!read.data) return <SkeletonLines lines={2} />;
  return (
    <ul aria-label="Authors" className="flex flex-col gap-1.5">
      {read.data.authors.map((author, at) => present.has(String(at)) && (
        <li key={at} className="flex items-center gap-2">
          <span aria-hidden="true" className="size-3 shrink-0 rounded-sm" style={{ backgroundColor: colours[at] }} />
          <span className="min-w-0 break-words">{author.kind === 'account' ? authorName(author.account, members) : describe(author)}</span>
        </li>
      ))}
      <li className="text-ink-3">Text without a colour is older than this record.</li>
    </ul>
  );
}

/** In the order of the authors. */
function coloursIn({ authors }: Authorship): string[] {
  const people = authors.filter((author) => author.kind === 'account').map((author) => author.account);
  const theirs = coloursOf(people);
  return authors.map((author) => {
    if (author.kind === 'account') return theirs.shift() ?? SERVER_COLOUR;
    return author.kind === 'run' ? AI_COLOUR : SERVER_COLOUR;
  });
}

function describe(author: Exclude<AuthorView, { kind: 'account' }>): string {
  if (author.kind === 'server') return 'The server (restructured text)';
  const made = madeBy(author);
  return made === null ? author.name : `${author.name}: ${made}`;
}

/** Keeps the colours where the text is; says whose text there is, and which clients nobody is known for. */
function useDrawn(editor: Editor, { ydoc }: OpenDocument, authorship: Authorship | undefined, colours: readonly string[]): Drawn {
  const [drawn, setDrawn] = useState<Drawn>({ authors: '', strangers: '' });
  useEffect(() => {
    if (!authorship) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      if (editor.isDestroyed) return;
      const found = showAuthors(editor, ydoc, authorship, colours);
      if (found) setDrawn((before) => (before.authors === found.authors && before.strangers === found.strangers ? before : found));
    };
    const soon = () => void (timer ??= setTimeout(draw, DRAW_AFTER_MS));
    draw();
    ydoc.on('update', soon);
    return () => {
      clearTimeout(timer);
      ydoc.off('update', soon);
    };
  }, [editor, ydoc, authorship, colours]);
  useEffect(() => () => hideAuthors(editor), [editor]);
  return drawn;
}
