import type { Balance, LowLevels, PriceList, Statement, StatementQuery, UsageReport } from '@igny8/protocol';

import type { CallOptions, Request } from './transport.js';

/** Which lines of the statement: every field may be left out. */
export type StatementFilter = Partial<StatementQuery>;

/** `/api/billing`: credits. */
export function billingRoutes(request: Request) {
  return {
    balance: (): Promise<Balance> => request('GET', '/api/billing/balance'),
    ledger: (query: StatementFilter = {}): Promise<Statement> => request('GET', '/api/billing/ledger', { query }),
    /** The whole statement as a file. */
    ledgerCsv: (query: StatementFilter = {}): Promise<Blob> => request('GET', '/api/billing/ledger.csv', { query, asFile: true }),
    /** What calls to models used and cost, by day, site and model: 30 days if none are named, 366 at most. */
    usage: (days?: number): Promise<UsageReport> => request('GET', '/api/billing/usage', { query: { days } }),
    prices: (): Promise<PriceList> => request('GET', '/api/billing/prices'),
    lowLevels: (): Promise<LowLevels> => request('GET', '/api/billing/low-levels'),
    changeLowLevels: (levels: readonly number[], options?: CallOptions): Promise<LowLevels> =>
      request('PUT', '/api/billing/low-levels', { ...options, body: { levels } }),
  };
}
