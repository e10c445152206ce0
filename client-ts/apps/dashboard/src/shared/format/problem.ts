import { ProblemError } from '@igny8/sdk';

export interface Described {
  kind: 'offline' | 'forbidden' | 'missing' | 'credits' | 'failure';
  title: string;
  /** What happened and what to do. */
  detail: string;
  requestId?: string;
}

/** A refusal or a failure in words: what happened, and the next step. */
export function describeProblem(error: unknown): Described {
  if (!(error instanceof ProblemError)) {
    return { kind: 'failure', title: 'Something went wrong on this page', detail: 'Nothing was charged. Load the page again; if it happens twice, tell us what you did.' };
  }
  const requestId = error.requestId || undefined;
  const shown = { detail: error.detail, ...(requestId ? { requestId } : {}) };
  if (error.status === 0) return { kind: 'offline', title: 'The server cannot be reached', detail: 'Nothing was lost or charged. Check the connection; this page continues by itself.' };
  if (error.status === 402) return { kind: 'credits', title: error.title || 'Not enough credits', ...shown };
  if (error.status === 403) return { kind: 'forbidden', title: 'Your role does not allow this', detail: error.detail || 'Ask an owner or an admin of this workspace.' };
  if (error.status === 404) return { kind: 'missing', title: 'Not found', detail: error.detail || 'It was removed, or it belongs to another workspace.' };
  return { kind: 'failure', title: error.title || 'The server refused this', ...shown };
}
