import { networkProblem, problemOf } from '../problem.js';
import type { Session } from '../session.js';

/** Keeps a request from hanging for ever on a dead network. */
export const REQUEST_TIMEOUT_MS = 60_000;

/** A file or pasted text, sent as it is. */
export interface RawBody {
  content: BodyInit;
  contentType: string;
}

export interface RequestOptions {
  query?: Record<string, string | number | boolean | null | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is instead. */
  raw?: RawBody;
  /** The same key twice is done once. POSTs get a fresh one by default. */
  idempotencyKey?: string;
  /** What is to be changed must be of this revision. */
  ifMatch?: string | undefined;
  signal?: AbortSignal;
  /** For another tenant than the session's. */
  tenant?: string;
  /** The answer is a file: it is handed out as a Blob. */
  asFile?: boolean;
  headers?: Readonly<Record<string, string>>;
  /** The answer goes on for as long as it is heard; it ends by `signal` alone. */
  isEndless?: boolean;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The narrow side of it that the API groups use. */
export type Request = <T>(method: Method, path: string, options?: RequestOptions) => Promise<T>;

/** What callers may add to any request that changes something. */
export type CallOptions = Pick<RequestOptions, 'idempotencyKey' | 'signal' | 'tenant'>;

/** HTTP with problem+json. Without a session it sends no token. */
export class Transport {
  readonly #base: string;
  readonly #fetch: typeof fetch;

  constructor(baseUrl: string, fetcher: typeof fetch) {
    this.#base = baseUrl.replace(/\/+$/, '');
    this.#fetch = fetcher;
  }

  /** With the session's token, renewed once when the server no longer takes it. */
  async request<T>(session: Session, method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    // One key for both tries: the second may be a repetition of a first that was done.
    const key = options.idempotencyKey ?? (method === 'POST' ? crypto.randomUUID() : undefined);
    const withKey = key === undefined ? options : { ...options, idempotencyKey: key };
    return readAnswer<T>(await this.ask(session, method, path, withKey), options);
  }

  /** The same, as it is answered. */
  async ask(session: Session, method: Method, path: string, options: RequestOptions): Promise<Response> {
    const token = await session.accessToken();
    const response = await this.#send(method, path, options, token, session.tenant);
    if (response.status !== 401 || token === null) return response;
    // Someone else may have renewed it while this request was on its way.
    if ((await session.accessToken()) === token) await session.refresh();
    return this.#send(method, path, options, await session.accessToken(), session.tenant);
  }

  /** Without a token, as it is answered. */
  async askAnonymous(method: Method, path: string, options: RequestOptions): Promise<Response> {
    return this.#send(method, path, options, null, null);
  }

  /** Without a token: login and its kin. */
  async anonymous<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    return readAnswer<T>(await this.#send(method, path, options, null, null), options);
  }

  async #send(method: Method, path: string, options: RequestOptions, token: string | null, tenant: string | null): Promise<Response> {
    const headers = headersOf(options, token, options.tenant ?? tenant);
    const body = options.raw?.content ?? (options.body === undefined ? null : JSON.stringify(options.body));
    const ends = [options.signal, options.isEndless ? undefined : AbortSignal.timeout(REQUEST_TIMEOUT_MS)];
    const signal = AbortSignal.any(ends.filter((end) => end !== undefined));
    try {
      return await this.#fetch(this.#base + path + queryOf(options.query), { method, headers, body, signal, credentials: 'same-origin' });
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw networkProblem(cause);
    }
  }
}

function headersOf(options: RequestOptions, token: string | null, tenant: string | null): Headers {
  const headers = new Headers({ accept: 'application/json', ...options.headers });
  if (options.raw) headers.set('content-type', options.raw.contentType);
  else if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (tenant !== null) headers.set('x-igny8-tenant', tenant);
  if (options.idempotencyKey !== undefined) headers.set('idempotency-key', options.idempotencyKey);
  if (options.ifMatch !== undefined) headers.set('if-match', options.ifMatch);
  return headers;
}

function queryOf(query: RequestOptions['query']): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

async function readAnswer<T>(response: Response, options: RequestOptions): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  if (options.asFile) return (await response.blob()) as T;
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
