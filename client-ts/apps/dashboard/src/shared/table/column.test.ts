import { expect, test } from 'vitest';
import { toggled } from './column';

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
