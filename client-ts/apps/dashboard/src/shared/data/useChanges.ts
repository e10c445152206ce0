import { useState } from 'react';

/** A number that grows when any of these values is another one. */
export function useChanges(values: readonly unknown[]): number {
  const [seen, setSeen] = useState({ values, number: 0 });
  if (values.some((value, index) => value !== seen.values[index])) {
    const next = { values, number: seen.number + 1 };
    setSeen(next);
    return next.number;
  }
  return seen.number;
}
