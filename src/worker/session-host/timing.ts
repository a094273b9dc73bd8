import type { Backoff } from '../../lib/retry.js';

/** All in milliseconds. */
export interface SessionTiming {
  /** Between two renewals of all leases. */
  heartbeatMs: number;
  /** A worker silent for that long has lost its sessions. */
  leaseMs: number;
  probeEveryMs: number;
  probeTimeoutMs: number;
  /** How long the transport may take to connect, to show a QR code, or to replace an expired one. */
  connectTimeoutMs: number;
  /** A connection that lasted this long starts the reconnect back-off anew. */
  stableMs: number;
  /** How long ending a session may take, when it is dropped or the process drains. */
  closeTimeoutMs: number;
  backoff: Backoff;
}

export const defaultTiming: SessionTiming = {
  heartbeatMs: 5_000,
  leaseMs: 20_000,
  probeEveryMs: 30_000,
  probeTimeoutMs: 10_000,
  connectTimeoutMs: 60_000,
  stableMs: 60_000,
  closeTimeoutMs: 5_000,
  backoff: { baseMs: 1_000, maxMs: 60_000 },
};
