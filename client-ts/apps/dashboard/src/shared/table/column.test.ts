import { expect, test } from 'vitest';
import { type Column, narrowColumns, toggled } from './column';

const KEYS = ['a', 'b', 'c', 'd', 'e'];

test('a row is chosen and given up again', () => {
  const once = toggled(new Set(), KEYS, 1, null);
  expect([...once]).toEqual(['b']);
  expect([...toggled(once, KEYS, 1, null)]).toEqual([]);
});

test('with Shift all rows between are chosen, in both directions', () => {
  expect([...toggled(new Set(['b']), KEYS, 3, 1)].sort()).toEqual(['b', 'c', 'd']);
  expect([...toggled(new Set(['d']), KEYS, 1, 3)].sort()).toEqual(['b', 'c', 'd']);
});

test('a phone shows the columns that have a track for it, or all where none has one', () => {
  const column = (id: string, narrow?: string): Column<string> => ({ id, header: id, width: '80px', cell: () => null, ...(narrow ? { narrow } : {}) });
  expect(narrowColumns([column('a', '1fr'), column('b'), column('c', '96px')]).map(({ id, width }) => `${id} ${width}`)).toEqual(['a 1fr', 'c 96px']);
  expect(narrowColumns([column('a'), column('b')])).toHaveLength(2);
});
