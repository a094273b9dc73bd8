export { failuresAfter } from './core/backoff.js';
export type { DesiredState } from './session.entity.js';
export { SessionService, type PendingQr, type SessionServiceDeps } from './session.service.js';
export { SessionStore } from './session-store.js';
export type { ClaimedSession, Lease, SessionChange } from './session.types.js';
