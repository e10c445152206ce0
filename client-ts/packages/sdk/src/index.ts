// IGNY8 for programs: REST, the live socket, documents. It knows no framework and draws nothing;
// packages/react stands on it.
export { type Client, type ClientOptions, createClient, type QueueOptions } from './client.js';
export { Connection, type ConnectionStatus } from './connection/connection.js';
export { type ConnectionEvent, type ConnectionState, TRANSITIONS } from './connection/machine.js';
export type { DocumentFrame, StreamEnd, StreamListener, Subscription } from './connection/streams.js';
export { DocumentPool, type OpenDocument } from './document/pool.js';
export { type DocumentClient, DocumentProvider, type DocumentStatus } from './document/provider.js';
export { warnBeforeUnload } from './document/unload.js';
export { type Observable, State, waitFor } from './observable.js';
export { ProblemError } from './problem.js';
export { type ListQuery, mappingText, type QuoteBody } from './rest/planner.js';
export type { StatementFilter } from './rest/billing.js';
export type { Rest } from './rest/rest.js';
export type { CallOptions, RawBody } from './rest/transport.js';
export { Session, type SessionState, type TokenStorage } from './session.js';
export { executionKey, isEnded, type Revisions, type SiteState, type TenantState } from './site/reduce.js';
export { SiteStore, TenantStore } from './site/store.js';
export * from '@igny8/protocol';
