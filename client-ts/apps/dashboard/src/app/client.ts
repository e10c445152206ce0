import { createClient, ProblemError, type Client } from '@igny8/sdk';
import { QueryClient } from '@tanstack/react-query';

/** The server is where the page came from. */
export const client: Client = createClient({ baseUrl: '', name: 'igny8-dashboard/0.1.0' });

// A refusal stays a refusal; only a network that was away is worth another try.
const RETRIES_MAX = 2;

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Streams say when something changed, so that lists need not be asked again by themselves.
      staleTime: 30_000,
      retry: (failures, error) => failures < RETRIES_MAX && (!(error instanceof ProblemError) || error.status === 0 || error.status >= 500),
    },
  },
});
