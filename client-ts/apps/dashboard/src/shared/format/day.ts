/** The first moment of a day that a date field names, here; null for an empty field. */
export function dayStart(date: string, daysLater = 0): number | null {
  const [year, month, day] = date.split('-').map(Number);
  if (!year || !month || !day) return null;
  return new Date(year, month - 1, day + daysLater).getTime();
}
