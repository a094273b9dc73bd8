import type { Tx } from '../../db/index.js';
import { writeEvents, type NewEvent } from '../events/index.js';
import type { CampaignStatus } from './core/campaign-status.js';

/** A campaign's change of its status. */
export interface StatusChanged {
  tenantId: string;
  id: string;
  /** Null for a campaign that was made just now. */
  before: CampaignStatus | null;
  status: CampaignStatus;
  /** The code of why it happened by itself. */
  reason?: string | undefined;
}

/** Writes what changes of status tell, in the transaction that makes them; that nothing has changed tells nothing. */
export async function writeStatusEvents(tx: Tx, changes: readonly StatusChanged[]): Promise<void> {
  await writeEvents(
    tx,
    changes.flatMap((change) => eventOf(change) ?? []),
  );
}

function eventOf({ tenantId, id, before, status, reason = null }: WithReason): NewEvent | undefined {
  if (before === status) return undefined;
  const about = { tenantId, objectId: id };
  switch (status) {
    case 'running':
      return { ...about, kind: 'campaign.started', payload: { before, reason } };
    case 'paused':
      return { ...about, kind: 'campaign.paused', payload: { before, reason } };
    case 'stopped':
      return { ...about, kind: 'campaign.stopped', payload: { before } };
    case 'completed':
      return { ...about, kind: 'campaign.completed', payload: { before } };
    case 'failed':
      return { ...about, kind: 'campaign.failed', payload: { before, reason } };
    case 'draft':
    case 'scheduled':
      return undefined;
  }
}

type WithReason = Omit<StatusChanged, 'reason'> & { reason?: string | null };
