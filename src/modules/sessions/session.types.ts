import type { TransportName } from '../../transports/transport.js';
import type { ConnectionChange } from '../senders/index.js';
import type { DesiredState } from './session.entity.js';

/** Proof of being a session's host. A write with an older epoch changes nothing. */
export interface Lease {
  senderId: string;
  workerId: string;
  epoch: number;
}

/** A session whose lease was just won, with what it takes to open it. */
export interface ClaimedSession {
  lease: Lease;
  tenantId: string;
  transport: TransportName;
  transportConfig: Record<string, unknown>;
  /** The phone that must be paired; null when any may. */
  phoneNumber: string | null;
  /** Encrypted; see `openCredentials`. */
  credentials: string | null;
}

/** What a host writes about its session; only what is given changes. */
export interface SessionChange {
  qr?: { payload: string; expiresAt: Date } | null;
  /** Plain text; stored encrypted. */
  credentials?: string | null;
  desiredState?: DesiredState;
  connection?: Omit<ConnectionChange, 'from'>;
  /** Gives the lease up. */
  release?: boolean;
}
