import type { ReactNode } from 'react';
import type { ChainedCommands, Editor } from '@tiptap/core';
import { Heading2, Heading3, Heading4, Image, List, ListOrdered, Minus, Pilcrow, Quote, SquareCode, Table } from 'lucide-react';

/** A kind of block that can be put where the caret is. */
export interface BlockKind {
  id: string;
  label: string;
  /** Other words it is looked for by. */
  words: string;
  icon: ReactNode;
  /** What typed at the beginning of a line gives the same. */
  typed?: string;
  /** Turns the block into it, or puts it there. */
  put: (chain: ChainedCommands) => ChainedCommands;
  /** It asks for something first: the dialog does what `put` would. */
  asks?: 'image';
}

const heading = (level: 2 | 3 | 4) => (chain: ChainedCommands) => chain.setHeading({ level });

/** Every block of the article's schema, in the order in which it is offered. */
export const BLOCK_KINDS: readonly BlockKind[] = [
  { id: 'text', label: 'Text', words: 'paragraph plain', icon: <Pilcrow size={15} />, put: (chain) => chain.setParagraph() },
  { id: 'heading', label: 'Heading', words: 'title h2 section', icon: <Heading2 size={15} />, typed: '##', put: heading(2) },
  { id: 'subheading', label: 'Subheading', words: 'h3 heading', icon: <Heading3 size={15} />, typed: '###', put: heading(3) },
  { id: 'minor-heading', label: 'Minor heading', words: 'h4 small heading', icon: <Heading4 size={15} />, typed: '####', put: heading(4) },
  { id: 'bullets', label: 'Bulleted list', words: 'unordered ul points', icon: <List size={15} />, typed: '-', put: (chain) => chain.toggleBulletList() },
  { id: 'numbers', label: 'Numbered list', words: 'ordered ol steps', icon: <ListOrdered size={15} />, typed: '1.', put: (chain) => chain.toggleOrderedList() },
  { id: 'quote', label: 'Quote', words: 'blockquote citation', icon: <Quote size={15} />, typed: '>', put: (chain) => chain.setBlockquote() },
  { id: 'code', label: 'Code block', words: 'pre program', icon: <SquareCode size={15} />, typed: '```', put: (chain) => chain.setCodeBlock() },
  { id: 'table', label: 'Table', words: 'grid rows columns', icon: <Table size={15} />, put: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }) },
  { id: 'image', label: 'Image', words: 'picture photo', icon: <Image size={15} />, put: (chain) => chain.setImage({ src: '/' }), asks: 'image' },
  { id: 'divider', label: 'Divider', words: 'line rule separator hr', icon: <Minus size={15} />, typed: '---', put: (chain) => chain.setHorizontalRule() },
];

/** Those that have a word that begins so. */
export function blocksNamed(query: string): readonly BlockKind[] {
  const wanted = query.trim().toLowerCase();
  return BLOCK_KINDS.filter(({ label, words }) => {
    const name = `${label} ${words}`.toLowerCase();
    return name.startsWith(wanted) || name.split(' ').some((word) => word.startsWith(wanted));
  });
}

/** Those that can stand where the caret is. */
export function fittingBlocks(editor: Editor, query: string): readonly BlockKind[] {
  return blocksNamed(query).filter((kind) => kind.put(editor.can().chain()).run());
}
