import { expect, test } from 'vitest';
import { dayStart } from './day';

test('a day begins at midnight here, and the day after at the next', () => {
  const start = dayStart('2026-03-28');
  expect(new Date(start ?? 0).getHours()).toBe(0);
  expect(new Date(dayStart('2026-03-28', 1) ?? 0).getDate()).toBe(29);
  expect(dayStart('')).toBeNull();
});
