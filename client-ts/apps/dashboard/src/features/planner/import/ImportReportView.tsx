import type { ImportReport } from '@igny8/protocol';
import { formatCount, formatPlural } from '~/shared/format/number';

/** What an import did, with the numbers of the rows it did not take. */
export function ImportReportView({ report }: { report: ImportReport }) {
  return (
    <div className="flex flex-col gap-4" aria-live="polite">
      <dl className="grid grid-cols-3 gap-px overflow-hidden rounded-lg border border-line bg-line">
        <Figure name="Added" value={report.added} tone="text-good" />
        <Figure name="Merged" value={report.merged} tone="text-ink" />
        <Figure name="Rejected" value={report.rejected} tone={report.rejected > 0 ? 'text-bad' : 'text-ink'} />
      </dl>
      {report.rejected > 0 && (
        <RowList title={`${formatPlural(report.rejected, 'row')} not taken`} listed={report.rejected_rows.length} all={report.rejected}>
          {report.rejected_rows.map((row) => (
            <li key={row.row} className="grid grid-cols-[64px_1fr] gap-3 px-3 py-2">
              <span className="tnum text-ink-3">Row {row.row}</span>
              <span className="min-w-0">
                <span className="block">{row.reason}</span>
                <code className="block truncate text-xs text-ink-3">{row.excerpt}</code>
              </span>
            </li>
          ))}
        </RowList>
      )}
      {report.merged > 0 && (
        <RowList title={`${formatPlural(report.merged, 'row')} merged into a keyword that was already there`} listed={report.merged_rows.length} all={report.merged}>
          {report.merged_rows.map((row) => (
            <li key={row.row} className="grid grid-cols-[64px_1fr] gap-3 px-3 py-1.5">
              <span className="tnum text-ink-3">Row {row.row}</span>
              <span className="truncate">{row.into}</span>
            </li>
          ))}
        </RowList>
      )}
    </div>
  );
}

function Figure({ name, value, tone }: { name: string; value: number; tone: string }) {
  return (
    <div className="bg-surface px-4 py-3">
      <dt className="text-xs font-medium text-ink-3">{name}</dt>
      <dd data-testid={`import-${name.toLowerCase()}`} className={`tnum text-xl font-semibold ${tone}`}>
        {formatCount(value)}
      </dd>
    </div>
  );
}

function RowList({ title, listed, all, children }: { title: string; listed: number; all: number; children: React.ReactNode }) {
  return (
    <details className="rounded-lg border border-line" open={all <= 20}>
      <summary className="px-3 py-2 font-medium">{title}</summary>
      <ul className="max-h-64 divide-y divide-line overflow-y-auto border-t border-line">{children}</ul>
      {listed < all && <p className="border-t border-line px-3 py-2 text-xs text-ink-3">The first {formatCount(listed)} are listed.</p>}
    </details>
  );
}
