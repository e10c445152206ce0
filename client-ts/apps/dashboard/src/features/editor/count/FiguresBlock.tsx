import { useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Editor } from '@tiptap/react';
import type { DocumentView } from '@igny8/protocol';
import { useSite } from '~/shared/data/workspace';
import { formatCount, formatPlural } from '~/shared/format/number';
import { TextField } from '~/shared/ui/Field';
import { Block } from '../panel/Block';
import { figuresOf, keywordUse, type Figures } from './figure';
import { useIdea } from './useIdea';

// What search engines show of a title without cutting it, roughly.
const TITLE_CHARACTERS = { min: 30, max: 60 };
// Beyond it a text reads as if it were written for machines.
const DENSITY_PERCENT_MAX = 3;

/** What can be counted in the draft, live: for people who write to be found. */
export function FiguresBlock({ view, editor }: { view: DocumentView; editor: Editor }) {
  const site = useSite();
  const doc = useSettledText(editor);
  const link = site?.link?.url;
  const host = link && URL.canParse(link) ? new URL(link).host : null;
  const figures = useMemo(() => figuresOf(doc, host), [doc, host]);
  return (
    <Block title="Figures">
      <dl data-testid="figures" className="grid grid-cols-[96px_1fr] gap-y-1.5">
        <Row name="Words">{formatCount(figures.words)}</Row>
        <Row name="Characters">{formatCount(figures.characters)}</Row>
        <Row name="Reading time">{formatPlural(figures.minutes, 'minute')}</Row>
        <Row name="Headings">{headingsText(figures)}</Row>
        <Row name="Links">
          {formatCount(figures.links.inner)} on the site, {formatCount(figures.links.outer)} to others
        </Row>
        <Row name="Images">{imagesText(figures)}</Row>
        <Row name="Title">{titleText(view.title)}</Row>
      </dl>
      <Keyword view={view} doc={doc} />
    </Block>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="tnum">{children}</dd>
    </>
  );
}

function headingsText({ headings }: Figures): string {
  const used = headings.map((count, at) => `${formatCount(count)} × H${at + 1}`).filter((_, at) => headings[at] !== 0);
  return used.length === 0 ? 'None' : used.join(', ');
}

function imagesText({ images }: Figures): string {
  return images.withoutAlt === 0 ? formatCount(images.all) : `${formatCount(images.all)}, ${formatCount(images.withoutAlt)} without alternative text`;
}

function titleText(title: string): string {
  const count = [...title.trim()].length;
  const advice = count > TITLE_CHARACTERS.max ? ', cut in results' : count < TITLE_CHARACTERS.min ? ', short' : '';
  return `${formatPlural(count, 'character')}${advice}`;
}

/** The idea's first keyword, or another one that somebody wants to know about. */
function Keyword({ view, doc }: { view: DocumentView; doc: Editor['state']['doc'] }) {
  const idea = useIdea(view);
  const [typed, setTyped] = useState<string | null>(null);
  const keyword = typed ?? idea?.target_keywords[0] ?? '';
  const use = useMemo(() => keywordUse(doc, view.title, keyword), [doc, view.title, keyword]);
  return (
    <>
      <TextField label="Main keyword" value={keyword} maxLength={120} placeholder="A keyword to count" onChange={(event) => setTyped(event.target.value)} />
      {keyword.trim() !== '' && (
        <dl data-testid="keyword-figures" className="grid grid-cols-[96px_1fr] gap-y-1.5">
          <Row name="Found">{formatPlural(use.times, 'time')}</Row>
          <Row name="Density">
            {use.percent.toFixed(1)} %{use.percent > DENSITY_PERCENT_MAX && ', more than reads well'}
          </Row>
          <Row name="In the title">{yes(use.inTitle)}</Row>
          <Row name="In a heading">{yes(use.inHeading)}</Row>
          <Row name="At the start">{yes(use.inFirstParagraph)}</Row>
        </dl>
      )}
    </>
  );
}

const yes = (is: boolean): string => (is ? 'Yes' : 'No');

// Counting a long article on every key would be felt.
const COUNT_DELAY_MS = 300;

/** The text as it was a moment ago. */
function useSettledText(editor: Editor): Editor['state']['doc'] {
  const [doc, setDoc] = useState(editor.state.doc);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer = undefined;
      if (!editor.isDestroyed) setDoc(editor.state.doc);
    };
    const soon = () => void (timer ??= setTimeout(look, COUNT_DELAY_MS));
    look();
    editor.on('update', soon);
    return () => {
      editor.off('update', soon);
      clearTimeout(timer);
    };
  }, [editor]);
  return doc;
}
