export { failuresAfter } from './core/backoff.js';
export { Session, type DesiredState } from './session.entity.js';
export { SessionService, type PendingQr, type SessionServiceDeps } from './session.service.js';
export { SessionStore, type ClaimedSession, type Lease, type SessionChange } from './session-store.js';
