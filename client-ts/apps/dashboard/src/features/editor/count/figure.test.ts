import { getSchema } from '@tiptap/core';
import Image from '@tiptap/extension-image';
import { Node } from '@tiptap/pm/model';
import StarterKit from '@tiptap/starter-kit';
import { expect, test } from 'vitest';
import { figuresOf, keywordUse } from './figure';

const schema = getSchema([StarterKit, Image]);
const text = (content: string, ...marks: unknown[]) => ({ type: 'text', text: content, marks });
const link = (href: string) => ({ type: 'link', attrs: { href } });
const paragraph = (...content: unknown[]) => ({ type: 'paragraph', content });
const heading = (level: number, content: string) => ({ type: 'heading', attrs: { level }, content: [text(content)] });
const doc = (...content: unknown[]) => Node.fromJSON(schema, { type: 'doc', content });

test('words, characters, headings, links and images of a text', () => {
  const counted = figuresOf(
    doc(
      heading(2, 'Green tea'),
      paragraph(text('Tea is '), text('ma', { type: 'bold' }), text('de of leaves.')),
      heading(3, 'Cafe\u0301'),
      paragraph(text('a shop', link('https://shop.example/x')), text(' and '), text('our ', link('https://blog.example/y')), text('page', link('https://blog.example/y'), { type: 'bold' }), text(', '), text('mail', link('mailto:a@b.example')), text(' '), text('home', link('/'))),
      { type: 'image', attrs: { src: '/a.png', alt: 'A cup' } },
      { type: 'image', attrs: { src: '/b.png', alt: ' ' } },
      { type: 'paragraph' },
    ),
    'blog.example',
  );
  expect(counted).toEqual({
    words: 2 + 5 + 1 + 7,
    characters: 9 + 22 + 4 + 30,
    minutes: 1,
    headings: [0, 1, 1, 0, 0, 0],
    links: { inner: 2, outer: 2 },
    images: { all: 2, withoutAlt: 1 },
  });
  expect(figuresOf(doc(paragraph(text('one – two'))), null).words).toBe(2);
  expect(figuresOf(doc({ type: 'paragraph' }), null)).toMatchObject({ words: 0, characters: 0, minutes: 0 });
});

test('a break within a paragraph parts words', () => {
  expect(figuresOf(doc(paragraph(text('one'), { type: 'hardBreak' }, text('two'))), null).words).toBe(2);
});

test('a keyword counts as whole words, in any case and any script', () => {
  const article = doc(heading(2, 'Green  Tea'), paragraph(text('Green teas are no green tea; GREEN TEA is. C++ (green tea)')));
  expect(keywordUse(article, 'All about green tea', ' green tea ')).toEqual({ times: 4, percent: (100 * 4 * 2) / 14, inTitle: true, inHeading: true, inFirstParagraph: true });
  expect(keywordUse(article, '', 'c++').times).toBe(1);
  expect(keywordUse(doc(paragraph(text('Füße, fußen'))), 'x', 'füße')).toMatchObject({ times: 1, inTitle: false, inHeading: false, inFirstParagraph: true });
  expect(keywordUse(article, 'x', '  ').times).toBe(0);
});
