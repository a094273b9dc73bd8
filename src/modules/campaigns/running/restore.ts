import type { Tx } from '../../../db/index.js';
import { writeEvents } from '../../events/index.js';
import { countWaiting } from '../campaign.repository.js';
import type { CampaignStatus } from '../core/campaign-status.js';
import type { CampaignWarning } from '../core/warning.js';
import type { Campaign, Recurrence } from '../campaign.entity.js';
import { nextRun } from '../core/recurrence.js';
import { writeStatusEvents, type StatusChanged } from '../status-events.js';
import { moveToNextRun } from './schedule.repository.js';

/** Why a campaign is paused that ran when the backup was made from which the database was restored. */
export const DATABASE_RESTORED = 'database_restored';

/** Why a campaign that was held goes on by itself: all that went out since the backup is known again. */
const RESTORE_SETTLED = 'restore_settled';

const HELD = `status = 'paused' AND waiting_reason = '${DATABASE_RESTORED}'`;

/** Campaigns that run: part of their messages may have been sent after the backup. */
export async function holdRunning(tx: Tx): Promise<void> {
  const [rows] = await tx.query<[Held[], number]>(
    `UPDATE campaigns SET status = 'paused', waiting_reason = '${DATABASE_RESTORED}', waiting_until = NULL,
       updated_at = now() WHERE status = 'running' RETURNING tenant_id AS "tenantId", id`,
  );
  await tellHeld(tx, rows, 'running');
}

/** Campaigns that were held go on. */
export async function releaseHeld(tx: Tx): Promise<void> {
  const [rows] = await tx.query<[Held[], number]>(
    `UPDATE campaigns SET status = 'running', waiting_reason = NULL, updated_at = now() WHERE ${HELD}
     RETURNING tenant_id AS "tenantId", id`,
  );
  await writeStatusEvents(
    tx,
    rows.map((row) => ({ ...row, before: 'paused', status: 'running', reason: RESTORE_SETTLED })),
  );
}

export async function isAnyHeld(tx: Tx): Promise<boolean> {
  const rows: unknown[] = await tx.query(`SELECT 1 FROM campaigns WHERE ${HELD} LIMIT 1`);
  return rows.length > 0;
}

/**
 * Campaigns whose time came between the backup and the restore may have been sent to the end: they are held, too. Of a
 * series the runs of that time are left out.
 */
export async function holdDue(tx: Tx, restoredAt: Date): Promise<void> {
  const [held] = await tx.query<[Held[], number]>(
    `UPDATE campaigns SET status = 'paused', waiting_reason = '${DATABASE_RESTORED}', waiting_until = NULL,
       updated_at = now()
     WHERE status = 'scheduled' AND recurrence IS NULL AND scheduled_at <= $1 AND created_at < $1
     RETURNING tenant_id AS "tenantId", id`,
    [restoredAt],
  );
  await tellHeld(tx, held, 'scheduled');
  const series: (Pick<Campaign, 'id'> & { scheduledAt: Date; recurrence: Recurrence })[] = await tx.query(
    `SELECT id, scheduled_at AS "scheduledAt", recurrence FROM campaigns
     WHERE status = 'scheduled' AND recurrence IS NOT NULL AND scheduled_at <= $1 AND created_at < $1
     ORDER BY id FOR NO KEY UPDATE`,
    [restoredAt],
  );
  for (const { id, scheduledAt, recurrence } of series)
    await moveToNextRun(tx, { id, scheduledAt }, nextRun(recurrence, scheduledAt, restoredAt), restoredAt);
}

type Held = Pick<StatusChanged, 'tenantId' | 'id'>;

async function tellHeld(tx: Tx, rows: readonly Held[], before: CampaignStatus): Promise<void> {
  await writeEvents(
    tx,
    rows.map(({ tenantId, id }) => ({
      tenantId,
      kind: 'database.restored',
      objectId: id,
      payload: { before },
    })),
  );
  await writeStatusEvents(
    tx,
    rows.map((row) => ({ ...row, before, status: 'paused', reason: DATABASE_RESTORED })),
  );
}

/** What a user risks who resumes a campaign that was held. */
export async function riskOfResuming(tx: Tx, campaignId: string): Promise<CampaignWarning> {
  const count = await countWaiting(tx, campaignId);
  const message =
    `The database was restored from a backup. What was sent after it and is not in the journal of hand-overs is not known here: ` +
    `up to ${count} recipients, who had got nothing when the backup was made, may get a message twice.`;
  return { code: DATABASE_RESTORED, count, message };
}
