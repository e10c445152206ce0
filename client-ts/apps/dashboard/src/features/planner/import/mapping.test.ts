import { expect, test } from 'vitest';
import { chosenMapping, withField } from './mapping';

test('a field is read from one column alone', () => {
  const choice = withField({ 0: 'keyword', 1: 'volume' }, 2, 'keyword');
  expect(chosenMapping(choice)).toEqual([{ column: 1, field: 'volume' }, { column: 2, field: 'keyword' }]);
});

test('a column can be left out', () => {
  expect(chosenMapping(withField({ 0: 'keyword', 1: 'volume' }, 1, null))).toEqual([{ column: 0, field: 'keyword' }]);
});
