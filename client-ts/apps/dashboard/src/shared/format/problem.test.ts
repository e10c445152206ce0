import { expect, test } from 'vitest';
import { ProblemError } from '@igny8/sdk';
import { describeProblem } from './problem';

const problem = (status: number) => new ProblemError({ code: 'x', status, title: 'Title', detail: 'What to do.' });

test.each([
  [0, 'offline'],
  [402, 'credits'],
  [403, 'forbidden'],
  [404, 'missing'],
  [500, 'failure'],
])('status %i is shown as %s', (status, kind) => {
  expect(describeProblem(problem(status)).kind).toBe(kind);
});

test('without an answer it says that nothing was charged', () => {
  expect(describeProblem(problem(0)).detail).toContain('Nothing was lost or charged');
});
