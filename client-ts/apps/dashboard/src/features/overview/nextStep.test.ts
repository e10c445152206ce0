import { expect, test } from 'vitest';
import type { Overview } from '@igny8/protocol';
import { nextStep } from './nextStep';

const counts = { total: 0, new: 0, clustered: 0, in_use: 0, orphaned: 0, archived: 0 };
const credits = { settled: 0, held: 0, available: 0, spent: 0, granted: 0 };
const overview = (change: Partial<Overview>): Overview => ({ keywords: counts, clusters: 0, ideas_new: 0, documents: [], tasks: [], recent: [], balance: credits, ...change });

test.each([
  ['nothing is there', {}, 'Import keywords'],
  ['keywords wait', { keywords: { ...counts, total: 9 } }, 'Cluster the keywords'],
  ['clusters wait', { keywords: { ...counts, total: 9 }, clusters: 2 }, 'Make ideas'],
  ['ideas wait', { clusters: 2, ideas_new: 4 }, 'Pick from 4 ideas'],
  ['a draft waits for review', { ideas_new: 4, documents: [{ status: 'draft', count: 1 }, { status: 'in_review', count: 1 }] }, 'Review 1 draft'],
  ['a draft is approved', { documents: [{ status: 'in_review', count: 1 }, { status: 'approved', count: 2 }] }, 'Publish 2 approved drafts'],
])('when %s', (_, change, title) => {
  expect(nextStep(overview(change)).title).toBe(title);
});
