import type { Balance, LedgerEntryView, Page, PriceList } from '@igny8/protocol';

import type { ListQuery } from './planner.js';
import type { Request } from './transport.js';

/** `/api/billing`: credits. */
export function billingRoutes(request: Request) {
  return {
    balance: (): Promise<Balance> => request('GET', '/api/billing/balance'),
    ledger: (query: ListQuery = {}): Promise<Page<LedgerEntryView>> => request('GET', '/api/billing/ledger', { query }),
    prices: (): Promise<PriceList> => request('GET', '/api/billing/prices'),
  };
}
