import { expect, test } from 'vitest';
import { matchScore } from './CommandPalette';

test('the beginning of a word is better than its middle, and letters in order are enough', () => {
  expect(matchScore('Publish', 'pub')).toBeGreaterThan(matchScore('Republish', 'pub'));
  expect(matchScore('Republish', 'pub')).toBeGreaterThan(matchScore('Pick up a bag', 'pub'));
  expect(matchScore('Keywords', 'xyz')).toBe(0);
});
