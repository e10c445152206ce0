import { expect, test } from 'vitest';
import { safeColour } from './peer';

test('only a plain colour of presence reaches a style', () => {
  expect(safeColour('#6a4bc9')).toBe('#6a4bc9');
  expect(safeColour('red; background: url(//x)')).toBe('#4a4a55');
  expect(safeColour(undefined)).toBe('#4a4a55');
});
