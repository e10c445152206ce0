import { expect, test } from 'vitest';
import type { AiRoutes } from '@igny8/protocol';
import { changed, dollarsText, moved, movedAmong, newRoute, readDollars } from './route';

const ROUTES: AiRoutes = { routes: [{ ...newRoute('text'), name: 'a', key_hint: 'abcd' }, { ...newRoute('text'), name: 'b', model: 'm' }], policy: 'order', budget: { task_micros: null, day_micros: 5, month_micros: null }, reuse_answers: true };

test('what is not changed is sent as it is, and keys stay where they are', () => {
  const sent = changed(ROUTES, { policy: 'price' });
  expect(sent).toMatchObject({ policy: 'price', budget: { day_micros: 5 }, reuse_answers: true });
  expect(sent.routes.map(({ name, key, model }) => ({ name, key, model }))).toEqual([
    { name: 'a', key: null, model: null },
    { name: 'b', key: null, model: 'm' },
  ]);
  expect(sent.routes[0]).not.toHaveProperty('key_hint');
});

test('a model moves by one place and stays within the list', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c']);
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c']);
});

test('a model moves among those that are asked for the same', () => {
  const routes = [
    { ...newRoute('text'), name: 'a' },
    { ...newRoute('picture'), name: 'p' },
    { ...newRoute('text'), name: 'b' },
    { ...newRoute('picture'), name: 'q' },
  ];
  const [first, , , last] = routes;
  if (!first || !last) throw new Error('there are four');
  expect(movedAmong(routes, first, 1).map(({ name }) => name)).toEqual(['b', 'a', 'p', 'q']);
  expect(movedAmong(routes, last, -1).map(({ name }) => name)).toEqual(['a', 'b', 'q', 'p']);
});

test('dollars are read to the millionth, and what is none is refused with the reason', () => {
  expect(readDollars(' $2.50 ')).toBe(2_500_000);
  expect(readDollars('0.000001')).toBe(1);
  expect(readDollars('')).toBeNull();
  for (const text of ['2,50', '-1', '1e3', '0.0000001', '0']) expect(readDollars(text)).toHaveProperty('error');
  for (const micros of [1, 2_500_000, 1_234_567_000_001]) expect(readDollars(dollarsText(micros))).toBe(micros);
});
