import type { AccountView, Login, MembershipView, Session as SessionAnswer, SignUp } from '@igny8/protocol';

import { type Observable, State } from './observable.js';
import { ProblemError } from './problem.js';

/** The access token is renewed so long before it ends: more than a slow request takes. */
export const ACCESS_TOKEN_MARGIN_MS = 30_000;

/** The name of the lock that tabs share. */
const REFRESH_LOCK = 'igny8-refresh';

/** Where the refresh token rests between visits. Browsers need none: theirs is an HttpOnly cookie. */
export interface TokenStorage {
  load(): string | null | Promise<string | null>;
  save(refreshToken: string | null): void | Promise<void>;
}

/** Who is here. `unknown` until `restore`, a login or a sign-up has answered. */
export type SessionState =
  | { status: 'unknown' }
  | { status: 'signed_out' }
  | { status: 'signed_in'; account: AccountView; memberships: readonly MembershipView[]; tenant: string | null };

/** Posts to `/api/auth/…` without a token. */
export type AuthPost = (path: string, body: unknown) => Promise<SessionAnswer>;

/** A login: tokens, account, and the tenant that requests are about. Knows no socket. */
export class Session implements Observable<SessionState> {
  readonly #post: AuthPost;
  readonly #storage: TokenStorage | null;
  readonly #state = new State<SessionState>({ status: 'unknown' });
  #access: { token: string; endsAt: number } | null = null;
  #refreshToken: string | null = null;
  #refreshing: Promise<void> | null = null;
  #atLogout: ((account: string) => Promise<void>) | null = null;

  /** Without a storage the refresh token stays in the browser's HttpOnly cookie. */
  constructor(post: AuthPost, storage: TokenStorage | null) {
    this.#post = post;
    this.#storage = storage;
  }

  readonly getSnapshot = (): SessionState => this.#state.getSnapshot();
  readonly subscribe = (listener: () => void): (() => void) => this.#state.subscribe(listener);

  /** The tenant of `X-Igny8-Tenant`, or null while signed out or without any membership. */
  get tenant(): string | null {
    const state = this.getSnapshot();
    return state.status === 'signed_in' ? state.tenant : null;
  }

  /** At the start of a page: goes on with the last login if there is one. Never throws for "not signed in". */
  async restore(): Promise<SessionState> {
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status === 0 || error.status >= 500) throw error;
    }
    return this.getSnapshot();
  }

  async signUp(body: Omit<SignUp, 'cookie'>): Promise<void> {
    await this.#accept(await this.#post('sign-up', { ...body, cookie: this.#usesCookie }));
  }

  async login(body: Omit<Login, 'cookie'>): Promise<void> {
    await this.#accept(await this.#post('login', { ...body, cookie: this.#usesCookie }));
  }

  /** With the single-use code from a login link's fragment. */
  async loginWithCode(code: string): Promise<void> {
    await this.#accept(await this.#post('login-code', { code, cookie: this.#usesCookie }));
  }

  /** Ends the login here; the server forgets it too if it can be reached. Edits that are kept on this device go:
   * ask `client.hasUnsaved` first. */
  async logout(): Promise<void> {
    const body = { refresh_token: this.#refreshToken };
    const state = this.getSnapshot();
    await this.#forget();
    if (state.status === 'signed_in') await this.#atLogout?.(state.account.id);
    await this.#post('logout', body).catch(() => undefined);
  }

  /** What else is forgotten at a logout; a login that merely ran out forgets nothing. */
  forgetAtLogout(act: (account: string) => Promise<void>): void {
    this.#atLogout = act;
  }

  /** Turns to another tenant of the same account. */
  selectTenant(tenant: string): void {
    const state = this.getSnapshot();
    if (state.status !== 'signed_in') return;
    if (!state.memberships.some((membership) => membership.tenant.id === tenant)) return;
    this.#state.set({ ...state, tenant });
  }

  /** A token that is good for a while yet; null while signed out. */
  async accessToken(): Promise<string | null> {
    if (this.#access === null) return null;
    if (Date.now() >= this.#access.endsAt - ACCESS_TOKEN_MARGIN_MS) await this.refresh();
    return this.#access?.token ?? null;
  }

  /** Renews the tokens. Many callers at once share one request: a refresh token counts only once. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#alone(() => this.#refreshNow()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  get #usesCookie(): boolean {
    return this.#storage === null;
  }

  /** Tabs of one browser share the cookie: two renewals at once would spend one refresh token twice,
   * which the server must take for theft. */
  async #alone(act: () => Promise<void>): Promise<void> {
    const locks = (globalThis.navigator as Navigator | undefined)?.locks;
    if (!this.#usesCookie || locks === undefined) return act();
    return locks.request(REFRESH_LOCK, act);
  }

  async #refreshNow(): Promise<void> {
    this.#refreshToken ??= (await this.#storage?.load()) ?? null;
    if (!this.#usesCookie && this.#refreshToken === null) {
      this.#state.set({ status: 'signed_out' });
      return;
    }
    try {
      await this.#accept(await this.#post('refresh', { refresh_token: this.#refreshToken }));
    } catch (error) {
      const refused = error instanceof ProblemError && error.status >= 400 && error.status < 500 && error.status !== 429;
      if (refused) await this.#forget();
      throw error;
    }
  }

  async #accept(answer: SessionAnswer): Promise<void> {
    this.#access = { token: answer.access_token, endsAt: Date.now() + answer.expires_in * 1000 };
    this.#refreshToken = answer.refresh_token;
    await this.#storage?.save(answer.refresh_token);
    const before = this.tenant;
    const known = answer.memberships.some((membership) => membership.tenant.id === before);
    const tenant = known ? before : (answer.memberships[0]?.tenant.id ?? null);
    this.#state.set({ status: 'signed_in', account: answer.account, memberships: answer.memberships, tenant });
  }

  async #forget(): Promise<void> {
    this.#access = null;
    this.#refreshToken = null;
    await this.#storage?.save(null);
    this.#state.set({ status: 'signed_out' });
  }
}
