import { expect, test } from 'vitest';
import { readLevels } from './level';

test('levels are read from the highest down, each once', () => {
  expect(readLevels('50, 500 50')).toEqual({ levels: [500, 50] });
  expect(readLevels('  ')).toEqual({ levels: [] });
});

test('what is no level is refused with the reason', () => {
  for (const text of ['ten', '0', '1.5', '-3']) expect(readLevels(text)).toHaveProperty('error');
  expect(readLevels('1 2 3 4 5 6')).toEqual({ error: 'At most 5 levels.' });
});
