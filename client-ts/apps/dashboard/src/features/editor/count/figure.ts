import type { Node } from '@tiptap/pm/model';

/** What can be counted in a text. */
export interface Figures {
  words: number;
  /** With spaces, without the ends of blocks; as people count (a letter with its accent is one). */
  characters: number;
  /** Whole minutes, at least one where there is text. */
  minutes: number;
  /** By level, from 1 to 6. */
  headings: readonly number[];
  links: { inner: number; outer: number };
  images: { all: number; withoutAlt: number };
}

/** How a text deals with the keyword it is to be found by. */
export interface KeywordUse {
  times: number;
  /** Of a hundred words, how many belong to it. */
  percent: number;
  inTitle: boolean;
  inHeading: boolean;
  inFirstParagraph: boolean;
}

// Silent reading of English non-fiction: the mean of 190 studies (Brysbaert, 2019).
const WORDS_PER_MINUTE = 238;

/** As the server counts them (actors/document/src/content/tree.rs): a dash on its own is no word. */
export function countWords(text: string): number {
  return wordsIn(text).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

const wordsIn = (text: string): string[] => text.match(/\S+/g) ?? [];

/** Counts a document. Links to `host`, and those without one, are inner. */
export function figuresOf(doc: Node, host: string | null): Figures {
  const texts: string[] = [];
  const headings = [0, 0, 0, 0, 0, 0];
  const images = { all: 0, withoutAlt: 0 };
  const links = { inner: 0, outer: 0 };
  let lastLink = '';
  doc.descendants((node) => {
    if (node.isTextblock) {
      texts.push(textOf(node));
      lastLink = '';
    }
    if (node.type.name === 'heading') headings[Number(node.attrs['level']) - 1] = (headings[Number(node.attrs['level']) - 1] ?? 0) + 1;
    if (node.type.name === 'image') {
      images.all += 1;
      if (!String(node.attrs['alt'] ?? '').trim()) images.withoutAlt += 1;
    }
    if (!node.isText) return;
    const href = String(node.marks.find(({ type }) => type.name === 'link')?.attrs['href'] ?? '');
    // A link of which a part is bold is one link.
    if (href && href !== lastLink) links[isInner(href, host) ? 'inner' : 'outer'] += 1;
    lastLink = href;
  });
  const words = texts.reduce((sum, text) => sum + countWords(text), 0);
  return { words, characters: texts.reduce((sum, text) => sum + lettersIn(text), 0), minutes: Math.ceil(words / WORDS_PER_MINUTE), headings, links, images };
}

// One letter each; taking other text apart costs a thousand times more.
const PLAIN = /^[\x20-\x7e\n]*$/;
const LETTERS = new Intl.Segmenter();

function lettersIn(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let letters = 0;
  for (const _ of LETTERS.segment(text)) letters += 1;
  return letters;
}

function textOf(block: Node): string {
  return block.textBetween(0, block.content.size, undefined, (leaf) => (leaf.type.name === 'hardBreak' ? '\n' : ' '));
}

function isInner(href: string, host: string | null): boolean {
  if (!/^https?:\/\//i.test(href)) return !/^(mailto|tel):/i.test(href);
  return host !== null && URL.canParse(href) && new URL(href).host === host;
}

/** Counts a keyword: whole words, in any case, with any space between them. */
export function keywordUse(doc: Node, title: string, keyword: string): KeywordUse {
  const wanted = wordsIn(keyword);
  if (wanted.length === 0) return { times: 0, percent: 0, inTitle: false, inHeading: false, inFirstParagraph: false };
  // Letters of any script, and digits, make a word; the ends of the keyword must not be within one.
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${wanted.map(escaped).join('\\s+')}(?![\\p{L}\\p{N}])`, 'giu');
  const timesIn = (text: string): number => text.match(pattern)?.length ?? 0;
  let [times, words, inHeading, firstParagraph] = [0, 0, false, null as string | null];
  doc.descendants((node) => {
    if (!node.isTextblock) return;
    const text = textOf(node);
    times += timesIn(text);
    words += countWords(text);
    if (node.type.name === 'heading') inHeading ||= timesIn(text) > 0;
    else if (text.trim() !== '') firstParagraph ??= text;
  });
  const percent = words === 0 ? 0 : (100 * times * wanted.length) / words;
  return { times, percent, inTitle: timesIn(title) > 0, inHeading, inFirstParagraph: timesIn(firstParagraph ?? '') > 0 };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
