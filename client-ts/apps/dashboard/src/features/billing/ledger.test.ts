import { expect, test } from 'vitest';
import type { LedgerEntryView } from '@igny8/protocol';
import { statementCsv } from './ledger';

const entry = (reason: string): LedgerEntryView => ({ number: 1, site: null, at: 0, kind: 'settle', amount: 3, from: 'held', to: 'spent', reason, key: 'task:1' });

test('a statement is CSV with ISO times', () => {
  expect(statementCsv([entry('One article')])).toBe('number,site,at,kind,amount,from,to,reason,key\r\n1,,1970-01-01T00:00:00.000Z,settle,3,held,spent,One article,task:1\r\n');
});

test('a cell with commas and quotes is quoted', () => {
  expect(statementCsv([entry('Say "hi", twice')])).toContain('"Say ""hi"", twice"');
});

test('a cell that a sheet would run is text', () => {
  expect(statementCsv([entry('=HYPERLINK(1)')])).toContain("'=HYPERLINK(1)");
});
