import type { VersionView } from '@igny8/protocol';

const BY_ITSELF: Record<VersionView['cause'], string> = {
  approved: 'Approved',
  named: 'Kept',
  automatic: 'Kept now and then',
  before_restore: 'Before a restore',
  before_replace: 'Before another text was put in',
};

/** What a version is called: its name, or why it was kept. */
export const versionTitle = (version: Pick<VersionView, 'name' | 'cause'>): string => version.name ?? BY_ITSELF[version.cause];
