import { expect, test } from 'vitest';
import type { VariableView } from '@igny8/protocol';
import { templateProblem } from './prompt';

const variable = (name: string, required: boolean): VariableView => ({ name, required, value_type: 'text', imported: true, about: '' });
const VARIABLES = [variable('title', true), variable('voice', false)];

test('variables that do not exist are named once', () => {
  expect(templateProblem('{{title}} {{ voice }} {{nope}} {{nope}}', VARIABLES)).toBe('No variable is called nope.');
});

test('a required variable that is missing is named', () => {
  expect(templateProblem('{{voice}}', VARIABLES)).toContain('{{title}} is missing');
  expect(templateProblem('{{title}}', VARIABLES)).toBeUndefined();
});
