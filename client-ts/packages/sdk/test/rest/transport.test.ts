import { describe, expect, it } from 'vitest';

import { createClient } from '../../src/client.js';
import { ProblemError } from '../../src/problem.js';
import type { TokenStorage } from '../../src/session.js';
import { problem } from '../fake-server.js';
import { useWorld } from '../world.js';

const world = useWorld();
const login = { email: 'a@example.test', password: 'password' };

async function signedIn(tokens?: TokenStorage) {
  const client = createClient({ baseUrl: `${world.server.baseUrl}/`, fetch: world.server.fetch, ...(tokens && { tokens }) });
  await client.session.login(login);
  client.connection.stop();
  world.server.requests.length = 0;
  return client;
}

const answers = (path: string, ...list: (() => Response)[]) => world.server.answers.set(path, list);
const ok = (body: unknown) => () => Response.json(body);
const sent = (path: string) => world.server.requests.filter((request) => request.path.startsWith(path));

describe('requests', () => {
  it('carry token, tenant and, for POST, an idempotency key', async () => {
    const client = await signedIn();
    answers('/api/settings/sites', ok([]), ok({ id: 's' }));
    await client.rest.settings.sites();
    await client.rest.settings.createSite({ name: 'Blog' });
    const [get, post] = sent('/api/settings/sites');
    expect(get?.headers.get('authorization')).toMatch(/^Bearer access-/);
    expect(get?.headers.get('x-igny8-tenant')).toBe('tenant-1');
    expect(get?.headers.has('idempotency-key')).toBe(false);
    expect(post?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
    expect(post?.body).toBe('{"name":"Blog"}');
  });

  it('put lists, mappings and files where the server looks for them', async () => {
    const client = await signedIn();
    answers('/api/planner/sites/s/keywords', ok({ items: [], next_cursor: null, total: 0 }));
    answers('/api/planner/sites/s/imports', ok({}));
    await client.rest.planner.keywords('s', { search: 'a b', limit: 10, cursor: null });
    await client.rest.planner.importKeywords('s', { content: 'a;b', contentType: 'text/csv' }, [{ column: 0, field: 'keyword' }, { column: 2, field: 'volume' }]);
    expect(world.server.requests.map((request) => request.path)).toEqual([
      '/api/planner/sites/s/keywords?search=a+b&limit=10',
      '/api/planner/sites/s/imports?mapping=0%3Akeyword%2C2%3Avolume',
    ]);
    expect(world.server.requests[1]?.headers.get('content-type')).toBe('text/csv');
    expect(world.server.requests[1]?.body).toBe('a;b');
  });

  it('throw problems with all that the server said', async () => {
    const client = await signedIn();
    answers('/api/billing/balance', () => problem(429, 'rate_limited', { 'retry-after': '3' }), () => new Response('<html>', { status: 502 }));
    await expect(client.rest.billing.balance()).rejects.toMatchObject({ code: 'rate_limited', status: 429, retryAfter: 3000, requestId: 'r1', detail: 'rate_limited.' });
    await expect(client.rest.billing.balance()).rejects.toMatchObject({ code: 'unreadable', status: 502 });
  });

  it('say that the server was not reached', async () => {
    const client = createClient({ baseUrl: 'http://127.0.0.1:1', fetch: () => Promise.reject(new TypeError('refused')) });
    await expect(client.rest.billing.prices()).rejects.toMatchObject({ code: 'network', status: 0 });
  });
});

describe('the session', () => {
  it('renews its token once for all requests that met 401, and repeats them with the same key', async () => {
    const client = await signedIn();
    const expired = () => problem(401, 'token_expired');
    answers('/api/writer/generate', expired, expired, expired, ok({ tasks: [] }), ok({ tasks: [] }), ok({ tasks: [] }));
    await Promise.all([1, 2, 3].map(() => client.rest.writer.generate({ site: 's', ideas: [] })));
    expect(sent('/api/auth/refresh')).toHaveLength(1);
    const keys = sent('/api/writer/generate').map((request) => request.headers.get('idempotency-key'));
    expect(keys).toHaveLength(6);
    expect(new Set(keys).size).toBe(3);
  });

  it('renews before the token ends', async () => {
    const client = createClient({ baseUrl: world.server.baseUrl, fetch: world.server.fetch });
    answers('/api/auth/login', ok({ ...world.server.session('short'), expires_in: 10 }));
    await client.session.login(login);
    client.connection.stop();
    answers('/api/billing/prices', ok({}));
    await client.rest.billing.prices();
    expect(sent('/api/billing/prices')[0]?.headers.get('authorization')).not.toBe('Bearer short');
    expect(sent('/api/billing/prices')).toHaveLength(1);
  });

  it('is over when the refresh token is refused', async () => {
    const client = await signedIn();
    answers('/api/billing/prices', () => problem(401, 'token_expired'));
    answers('/api/auth/refresh', () => problem(401, 'refresh_refused'));
    await expect(client.rest.billing.prices()).rejects.toBeInstanceOf(ProblemError);
    expect(client.session.getSnapshot()).toEqual({ status: 'signed_out' });
    expect(client.connection.state).toBe('idle');
  });

  it('survives a server that is away for a moment', async () => {
    const client = await signedIn();
    answers('/api/billing/prices', () => problem(401, 'token_expired'));
    answers('/api/auth/refresh', () => problem(503, 'unavailable'));
    await expect(client.rest.billing.prices()).rejects.toMatchObject({ status: 503 });
    expect(client.session.getSnapshot().status).toBe('signed_in');
  });

  it('rests in a storage between visits, and is asked for no cookie then', async () => {
    let kept: string | null = 'r0';
    const tokens: TokenStorage = { load: () => kept, save: (token) => void (kept = token) };
    const client = createClient({ baseUrl: world.server.baseUrl, fetch: world.server.fetch, tokens });
    answers('/api/auth/refresh', ok({ ...world.server.session(), refresh_token: 'r2' }));
    expect((await client.session.restore()).status).toBe('signed_in');
    client.connection.stop();
    expect(sent('/api/auth/refresh')[0]?.body).toBe('{"refresh_token":"r0"}');
    expect(kept).toBe('r2');
    await client.session.logout();
    expect(kept).toBeNull();
    expect(sent('/api/auth/logout')[0]?.body).toBe('{"refresh_token":"r2"}');
  });

  it('restores to signed out without an error', async () => {
    const client = createClient({ baseUrl: world.server.baseUrl, fetch: world.server.fetch });
    answers('/api/auth/refresh', () => problem(401, 'no_session'));
    expect(await client.session.restore()).toEqual({ status: 'signed_out' });
  });

  it('chooses only tenants it belongs to', async () => {
    const client = await signedIn();
    client.session.selectTenant('tenant-9');
    expect(client.session.tenant).toBe('tenant-1');
    client.session.selectTenant('tenant-2');
    expect(client.session.tenant).toBe('tenant-2');
    client.close();
  });
});
