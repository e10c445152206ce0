import { expect, test } from 'vitest';
import { unknownVariables } from './prompt';

test('variables that do not exist are named once', () => {
  expect(unknownVariables('{{title}} {{ voice }} {{nope}} {{nope}}', ['title', 'voice'])).toEqual(['nope']);
});
