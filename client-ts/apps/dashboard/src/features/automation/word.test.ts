import { expect, test } from 'vitest';
import type { PickView, SkipView } from '@igny8/protocol';
import { AUTOMATION_KINDS, counts, triggerWords } from './word';

const pick = (outcome: PickView['outcome']): PickView => ({ title: 'A', task: null, price: 3, outcome, failure: null });
const skip: SkipView = { title: 'B', code: 'item_limit', reason: '5 items an execution are allowed.' };

test('skipped items are counted with those that are not named', () => {
  expect(counts({ picked: [pick('succeeded'), pick('failed'), pick(null)], skipped: [skip], skipped_more: 7 })).toEqual({ picked: 3, skipped: 8, failed: 1 });
});

test('a dry run says that it is one', () => {
  expect(triggerWords({ trigger: 'person', dry_run: true })).toBe('By hand, dry run');
});

test('automations stand in the order of the pipeline', () => {
  expect(AUTOMATION_KINDS).toEqual(['cluster', 'ideas', 'drafts', 'images', 'publish', 'clean_up']);
});
