// IGNY8 for React: small hooks on top of the SDK. They keep no state of their own: live state is in
// the SDK's stores, lists are in TanStack Query.
export * from './balance.js';
export * from './client.js';
export * from './connection.js';
export * from './document.js';
export * from './observable.js';
export * from './query.js';
export * from './session.js';
export * from './site/automation.js';
export * from './site/list.js';
export * from './site/planner.js';
export * from './site/site.js';
export * from './site/task.js';
