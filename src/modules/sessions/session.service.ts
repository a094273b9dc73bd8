import type { Logger } from '../../lib/logger.js';
import { enqueueBestEffort } from '../../queue/enqueue-best-effort.js';
import type { Database, Tx } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { DomainError, notFound } from '../../lib/errors.js';
import type { JobQueue } from '../../queue/job-queue.js';
import type { TransportRegistry } from '../../transports/transport.js';
import { changeConnection, syncSession, type SenderService, type SenderStatus } from '../senders/index.js';
import { Session, type DesiredState } from './session.entity.js';

export interface PendingQr {
  /** What the image encodes. */
  payload: string;
  expiresAt: Date;
}

export interface SessionServiceDeps {
  database: Database;
  queue: JobQueue;
  clock: Clock;
  transports: TransportRegistry;
  senders: Pick<SenderService, 'get'>;
  logger: Logger;
}

const UNCONNECTED: SenderStatus[] = ['created', 'disconnected', 'logged_out', 'banned'];

/** Says what a sender's connection should be; the worker that hosts it makes it so. All calls answer at once. */
export class SessionService {
  constructor(private readonly deps: SessionServiceDeps) {}

  /** Starts pairing (a QR code follows) or restores an earlier pairing. Connecting a connected sender changes nothing. */
  async connect(tenantId: string, senderId: string): Promise<void> {
    const sender = await this.deps.senders.get(tenantId, senderId);
    if (!this.deps.transports[sender.transport]) {
      throw new DomainError(
        'not_possible',
        'transport_unavailable',
        `This installation does not run the transport "${sender.transport}" of this sender.`,
      );
    }
    await this.deps.database.transaction(async (tx) => {
      await this.want(tx, tenantId, senderId, 'connected');
      await changeConnection(tx, [senderId], { status: 'connecting', from: UNCONNECTED });
    });
    await this.sync(tenantId, senderId);
  }

  /** Drops the connection and keeps the pairing: the next connect needs no QR code. */
  async disconnect(tenantId: string, senderId: string): Promise<void> {
    await this.deps.senders.get(tenantId, senderId);
    const { affected } = await this.deps.database.manager.update(
      Session,
      { senderId, tenantId },
      { desiredState: 'disconnected', qrPayload: null, qrExpiresAt: null, updatedAt: this.deps.clock.now() },
    );
    if (affected) await this.sync(tenantId, senderId);
  }

  /** Unlinks the device and forgets its credentials: the next connect shows a new QR code. */
  async logout(tenantId: string, senderId: string): Promise<void> {
    await this.deps.senders.get(tenantId, senderId);
    await this.want(this.deps.database.manager, tenantId, senderId, 'logged_out');
    await this.sync(tenantId, senderId);
  }

  /** The pairing code that waits to be scanned; undefined when there is none, or it has expired. */
  async qr(tenantId: string, senderId: string): Promise<PendingQr | undefined> {
    const session = await this.deps.database.manager.findOneBy(Session, { senderId, tenantId });
    if (!session?.qrPayload || !session.qrExpiresAt) return undefined;
    if (session.qrExpiresAt <= this.deps.clock.now()) return undefined;
    return { payload: session.qrPayload, expiresAt: session.qrExpiresAt };
  }

  /** Like `qr`, but refuses with `no_qr_pending` and says why there is none and what to do. */
  async requireQr(tenantId: string, senderId: string): Promise<PendingQr> {
    const sender = await this.deps.senders.get(tenantId, senderId);
    const qr = await this.qr(tenantId, senderId);
    if (qr) return qr;
    throw new DomainError('not_possible', 'no_qr_pending', whyNoQr(sender.status));
  }

  private async want(tx: Tx, tenantId: string, senderId: string, desired: DesiredState): Promise<void> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO sessions (sender_id, tenant_id, desired_state)
        SELECT id, tenant_id, $3 FROM senders WHERE id = $1 AND tenant_id = $2
        ON CONFLICT (sender_id) DO UPDATE SET desired_state = excluded.desired_state, updated_at = now()
        RETURNING sender_id`,
      [senderId, tenantId, desired],
    );
    if (rows.length === 0) throw notFound('sender', senderId);
  }

  /**
   * Without a job id: a request that comes while an earlier one is being carried out must not be dropped as a
   * duplicate.
   */
  private sync(tenantId: string, senderId: string): Promise<void> {
    return enqueueBestEffort(this.deps.queue.enqueue(syncSession, { tenantId, senderId }), this.deps.logger);
  }
}

function whyNoQr(status: SenderStatus): string {
  switch (status) {
    case 'connected':
      return 'This sender is already connected; there is no QR code to scan.';
    case 'connecting':
    case 'qr':
      return 'The QR code is being made. Ask again in a second.';
    case 'banned':
      return 'WhatsApp has banned this account. Connect it again only once the ban is lifted.';
    case 'created':
    case 'disconnected':
    case 'logged_out':
      return 'This sender is not connecting. POST to its /connect first, then ask for the QR code.';
  }
}
