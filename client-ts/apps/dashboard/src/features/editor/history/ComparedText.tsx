import { useRest } from '@igny8/react';
import type { ComparedLine, LineFate, LinePiece } from '@igny8/protocol';
import { formatCount } from '~/shared/format/number';
import { useSiteId } from '~/shared/data/workspace';
import { classNames } from '~/shared/ui/classNames';
import { SkeletonLines } from '~/shared/ui/Skeleton';
import { ProblemState } from '~/shared/ui/StateMessage';

const LINE: Record<LineFate, string> = { kept: 'border-transparent', changed: 'border-warn', added: 'border-good', removed: 'border-bad' };

/** The text as it is now beside a version: what was added since, and what is gone. */
export function ComparedText({ document, version }: { document: string; version: string }) {
  const site = useSiteId();
  const compared = useRest(['comparison', document, version], (rest) => rest.history.compare(site, document, version));
  if (compared.error) return <ProblemState error={compared.error} onRetry={() => void compared.refetch()} />;
  if (!compared.data) return <SkeletonLines lines={8} />;
  const { lines, words_added, words_removed } = compared.data;
  const isSame = lines.every(({ fate }) => fate === 'kept');
  return (
    <>
      <p className="tnum text-xs text-ink-3">
        {isSame ? 'The draft is as it was in this version.' : `Since then ${formatCount(words_added)} words came in and ${formatCount(words_removed)} went.`}
      </p>
      <div tabIndex={0} role="region" aria-label="What changed since this version" className="flex max-h-[48vh] flex-col gap-1.5 overflow-y-auto rounded-md border border-line bg-sunken p-3 leading-6">
        {lines.map((line, index) => (
          <Line key={index} line={line} />
        ))}
      </div>
    </>
  );
}

function Line({ line }: { line: ComparedLine }) {
  const heading = line.level !== null;
  return (
    <div style={{ marginInlineStart: `${line.depth * 16}px` }} className={classNames('border-l-2 pl-2 whitespace-pre-wrap', LINE[line.fate], heading && 'font-semibold', line.kind === 'code' && 'font-mono text-xs')}>
      {SIGN[line.kind]}
      {line.kind === 'image' && <span className="text-ink-3">Image: </span>}
      {line.pieces.map((piece, index) => (
        <Piece key={index} piece={piece} />
      ))}
    </div>
  );
}

const SIGN: Partial<Record<ComparedLine['kind'], string>> = { bullet: '• ', number: '# ', rule: '———' };

function Piece({ piece }: { piece: LinePiece }) {
  const has = (mark: string) => piece.marks.includes(mark);
  const look = classNames(has('bold') && 'font-semibold', has('italic') && 'italic', has('code') && 'font-mono', piece.marks.some((mark) => mark.startsWith('link')) && 'underline');
  // Elements say it to those who cannot see colours.
  if (piece.fate === 'added') return <ins className={classNames('rounded-xs bg-good-soft text-ink no-underline', look)}>{piece.text}</ins>;
  if (piece.fate === 'removed') return <del className={classNames('rounded-xs bg-bad-soft text-ink', look)}>{piece.text}</del>;
  return <span className={look}>{piece.text}</span>;
}
