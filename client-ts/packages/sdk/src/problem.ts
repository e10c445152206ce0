import type { FieldProblem, Problem } from '@igny8/protocol';

/** What an IGNY8 server refused, and why. `code` is stable; `message` is for people. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** A stable code for programs; `network` and `unreadable` are made here. */
  readonly code: string;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** What happened and what to do. */
  readonly detail: string;
  /** A short summary. */
  readonly title: string;
  /** One entry per wrong field. */
  readonly errors: readonly FieldProblem[];
  /** Names the request in the server's logs. */
  readonly requestId: string;
  /** Milliseconds after which to try again, if the server said so. */
  readonly retryAfter: number | undefined;

  constructor(problem: ProblemParts, options?: ErrorOptions) {
    super(problem.detail || problem.title, options);
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.errors = problem.errors ?? [];
    this.requestId = problem.requestId ?? '';
    this.retryAfter = problem.retryAfter;
  }

  /** The message for a field, if that field was wrong. */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.field === name)?.message;
  }
}

/** What a problem is made from. */
export interface ProblemParts {
  code: string;
  status: number;
  title: string;
  detail: string;
  errors?: readonly FieldProblem[];
  requestId?: string;
  retryAfter?: number | undefined;
}

/** The server was not reached. */
export function networkProblem(cause: unknown): ProblemError {
  const detail = 'The server could not be reached. Check the connection and try again.';
  return new ProblemError({ code: 'network', status: 0, title: 'No answer', detail }, { cause });
}

/** Reads `application/problem+json`; whatever else answered (a proxy) gets a code of ours. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const retryAfter = retryAfterOf(response.headers.get('retry-after'));
  const body = (await response.json().catch(() => null)) as Partial<Problem> | null;
  if (body === null || typeof body.code !== 'string') {
    const detail = `The server answered ${response.status} without saying why.`;
    return new ProblemError({ code: 'unreadable', status: response.status, title: 'Unexpected answer', detail, retryAfter });
  }
  return new ProblemError({
    code: body.code,
    status: response.status,
    title: body.title ?? '',
    detail: body.detail ?? '',
    errors: body.errors ?? [],
    requestId: body.request_id ?? response.headers.get('x-request-id') ?? '',
    retryAfter,
  });
}

/** Retry-After is seconds or a date (RFC 9110). */
function retryAfterOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
