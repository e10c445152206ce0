/** Gives a file to the browser's downloads. */
export function saveFile(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Rows as CSV (RFC 4180); what a sheet would run as a formula is made text. */
export function csvOf(header: readonly string[], rows: readonly (readonly (string | number)[])[]): Blob {
  const lines = [header, ...rows].map((row) => row.map(cell).join(','));
  return new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv;charset=utf-8' });
}

function cell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const mark = /^[=+\-@\t\r]/.test(value) ? "'" : '';
  return mark !== '' || /[",\r\n]/.test(value) ? `"${mark}${value.replaceAll('"', '""')}"` : value;
}
