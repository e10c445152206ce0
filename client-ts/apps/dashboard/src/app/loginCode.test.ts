import { expect, test } from 'vitest';
import { takeLoginCode } from './loginCode';

test('the code is taken out of the address before anything else', () => {
  location.hash = '#code=abc-123';
  expect(takeLoginCode()).toBe('abc-123');
  expect(location.hash).toBe('');
  expect(takeLoginCode()).toBeNull();
});
