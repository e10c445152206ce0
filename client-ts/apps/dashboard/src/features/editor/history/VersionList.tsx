import type { VersionView } from '@igny8/protocol';
import { formatAgo, formatExact } from '~/shared/format/time';
import { formatCount } from '~/shared/format/number';
import { classNames } from '~/shared/ui/classNames';
import { versionTitle } from './version';

/** The versions, the latest first. */
export function VersionList({ versions, open, onOpen }: { versions: VersionView[]; open: string; onOpen: (id: string) => void }) {
  return (
    <ol aria-label="Versions" className="max-h-48 overflow-y-auto rounded-md border border-line md:max-h-[52vh]">
      {versions.map((version) => (
        <li key={version.id} className="border-b border-line last:border-0">
          <button type="button" aria-pressed={version.id === open} onClick={() => onOpen(version.id)} className={classNames('flex w-full flex-col px-3 py-2 text-left', version.id === open ? 'bg-hover' : 'hover:bg-hover')}>
            <span className="truncate font-medium">{versionTitle(version)}</span>
            <span className="tnum text-xs text-ink-3">
              <time title={formatExact(version.at)}>{formatAgo(version.at)}</time> · {formatCount(version.words)} words
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
