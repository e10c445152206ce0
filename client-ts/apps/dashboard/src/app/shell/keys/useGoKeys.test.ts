import { expect, test } from 'vitest';
import { Chord } from './useGoKeys';

test('a letter goes somewhere soon after g, and only then', () => {
  const chord = new Chord();
  // The page's clock begins with the page: in its first second a letter alone is a letter alone.
  expect(chord.press('n', 5)).toBeNull();
  expect(chord.press('g', 10)).toBeNull();
  expect(chord.press('n', 20)).toBe('n');
  expect(chord.press('n', 30)).toBeNull();
  expect(chord.press('g', 2000)).toBeNull();
  expect(chord.press('n', 3000)).toBeNull();
  expect(chord.press('g', 4000)).toBeNull();
  expect(chord.press('k', 4999)).toBe('k');
});
