import pLimit from 'p-limit';
import type { Database, Tx } from '../../db/index.js';
import { Batcher } from '../../lib/batcher.js';
import type { TextEncryption } from '../../lib/encryption.js';
import type { TransportName } from '../../transports/transport.js';
import { changeConnection } from '../senders/index.js';
import { Session, type DesiredState } from './session.entity.js';
import { writeSessions, type SessionWrite } from './session-writes.js';
import type { Lease, ClaimedSession, SessionChange } from './session.types.js';

interface ClaimRow {
  sender_id: string;
  tenant_id: string;
  epoch: number;
  credentials: string | null;
  transport: TransportName;
  transport_config: Record<string, unknown>;
  phone_number: string | null;
}

/** What is reported within this time of each other shares one transaction. */
const COALESCING = { maxItems: 200, maxDelayMs: 3 };

const LEASE_IS_FREE = '(sessions.lease_expires_at IS NULL OR sessions.lease_expires_at < now())';

/** The sessions table as the hosts see it. Lease times are the database's, so that hosts need not agree on one. */
export class SessionStore {
  private readonly writes: Batcher<SessionWrite, boolean>;
  /** Writes and renewals lock many of the same rows in different orders: side by side one of them would be given up. */
  private readonly oneByOne = pLimit(1);

  constructor(private readonly deps: { database: Database; encryption: TextEncryption }) {
    this.writes = new Batcher(
      (batch) => this.oneByOne(() => deps.database.transaction((tx) => writeSessions(tx, batch))),
      COALESCING,
    );
  }

  /**
   * Wins up to `limit` free sessions of that desired state, or the one of `senderId` when it is free. A log-out that
   * failed half-way is taken up again by the worker that still holds the lease; one that is done is not claimed again:
   * repeating it could undo a connect that was asked for meanwhile.
   */
  async claim(options: {
    workerId: string;
    leaseMs: number;
    transports: readonly TransportName[];
    desired: DesiredState;
    limit: number;
    senderId?: string;
  }): Promise<ClaimedSession[]> {
    const rows: ClaimRow[] = await this.deps.database.manager.query(
      `WITH without_host AS MATERIALIZED (
          -- First, because as a rule there are none: joined at once, all senders would be read to find no session.
          SELECT sender_id FROM sessions
          WHERE desired_state = $1 AND (${LEASE_IS_FREE} OR ($1 = 'logged_out' AND worker_id = $5))
            AND ($3::uuid IS NULL OR sender_id = $3)
        ), free AS (
          SELECT sessions.sender_id, senders.transport, senders.transport_config, senders.phone_number
          FROM without_host JOIN sessions ON sessions.sender_id = without_host.sender_id
            JOIN senders ON senders.id = sessions.sender_id
          WHERE sessions.desired_state = $1
            AND (${LEASE_IS_FREE} OR ($1 = 'logged_out' AND sessions.worker_id = $5))
            AND ($1 <> 'logged_out' OR senders.status <> 'logged_out' OR sessions.credentials IS NOT NULL)
            AND senders.transport = ANY($2::text[])
          LIMIT $4 FOR UPDATE OF sessions SKIP LOCKED
        ), claimed AS (
          UPDATE sessions SET worker_id = $5, epoch = sessions.epoch + 1,
            lease_expires_at = now() + $6::double precision * interval '1 millisecond', updated_at = now()
          FROM free WHERE sessions.sender_id = free.sender_id
          RETURNING sessions.sender_id, sessions.tenant_id, sessions.epoch, sessions.credentials,
            free.transport, free.transport_config, free.phone_number
        ) SELECT * FROM claimed`,
      [
        options.desired,
        options.transports,
        options.senderId ?? null,
        options.limit,
        options.workerId,
        options.leaseMs,
      ],
    );
    return rows.map((row) => ({
      lease: { senderId: row.sender_id, workerId: options.workerId, epoch: row.epoch },
      tenantId: row.tenant_id,
      transport: row.transport,
      transportConfig: row.transport_config,
      phoneNumber: row.phone_number,
      credentials: row.credentials,
    }));
  }

  /** Renews all leases of a worker in one statement and tells what each session should be. Lost ones are not answered. */
  async renew(leases: readonly Lease[], leaseMs: number): Promise<Map<string, DesiredState>> {
    const [first] = leases;
    if (!first) return new Map();
    const rows: { sender_id: string; desired_state: DesiredState }[] = await this.oneByOne(() =>
      this.deps.database.manager.query(
        `WITH renewed AS (
            UPDATE sessions SET lease_expires_at = now() + $1::double precision * interval '1 millisecond'
            FROM unnest($2::uuid[], $3::integer[]) AS held(sender_id, epoch)
            WHERE sessions.sender_id = held.sender_id AND sessions.epoch = held.epoch AND sessions.worker_id = $4
            RETURNING sessions.sender_id, sessions.desired_state
          ) SELECT * FROM renewed`,
        [leaseMs, leases.map((lease) => lease.senderId), leases.map((lease) => lease.epoch), first.workerId],
      ),
    );
    return new Map(rows.map((row) => [row.sender_id, row.desired_state]));
  }

  /** Writes as the session's host. False, and nothing written, when another worker has the lease. */
  record(lease: Lease, change: SessionChange): Promise<boolean> {
    const { credentials } = change;
    if (!credentials) return this.writes.add({ lease, change });
    const encrypted = this.deps.encryption.encrypt(credentials, lease.senderId);
    return this.writes.add({ lease, change: { ...change, credentials: encrypted } });
  }

  /** Throws when they cannot be read with the application's secret. */
  openCredentials(session: ClaimedSession): string | undefined {
    if (session.credentials === null) return undefined;
    return this.deps.encryption.decrypt(session.credentials, session.lease.senderId);
  }

  async desiredState(senderId: string): Promise<DesiredState | undefined> {
    const session = await this.deps.database.manager.findOneBy(Session, { senderId });
    return session?.desiredState;
  }

  /** Frees the leases of workers that are known to be dead, and marks their senders disconnected. */
  async freeLeasesOf(tx: Tx, workerIds: readonly string[]): Promise<void> {
    const rows: { sender_id: string }[] = await tx.query(
      `WITH freed AS (
          UPDATE sessions SET worker_id = NULL, lease_expires_at = NULL, qr_payload = NULL, qr_expires_at = NULL
          WHERE worker_id = ANY($1::uuid[]) RETURNING sender_id
        ) SELECT sender_id FROM freed`,
      [workerIds],
    );
    await markDisconnected(
      tx,
      rows.map((row) => row.sender_id),
    );
  }

  /**
   * Marks a sender disconnected that should be and that no worker hosts (the calling one neither): its last host may
   * not have written it.
   */
  settleUnhosted(senderId: string, workerId: string): Promise<void> {
    return this.deps.database.transaction(async (tx) => {
      const rows: { sender_id: string }[] = await tx.query(
        `SELECT sender_id FROM sessions WHERE sender_id = $1 AND desired_state <> 'connected'
          AND (${LEASE_IS_FREE} OR worker_id = $2) FOR UPDATE`,
        [senderId, workerId],
      );
      await markDisconnected(
        tx,
        rows.map((row) => row.sender_id),
      );
    });
  }
}

/** For senders whose host is gone; a final state stays. */
function markDisconnected(tx: Tx, senderIds: readonly string[]): Promise<void> {
  return changeConnection(tx, senderIds, { status: 'disconnected', from: ['connecting', 'qr', 'connected'] });
}
