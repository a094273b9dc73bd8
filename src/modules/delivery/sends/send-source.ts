import type { Tx } from '../../../db/index.js';
import type { SenderPool } from '../../senders/index.js';
import type { FrequencyCap } from '../core/frequency-cap.js';
import type { TenantTimes } from '../../tenants/index.js';
import type { DeliverySource, Policy } from '../source.js';
import { countEnds } from './send-ends.repository.js';

interface SendRow {
  id: string;
  pool: SenderPool;
  stickySender: boolean;
  minDelay: number;
  maxDelay: number;
  frequencyCap: FrequencyCap | null;
  tenantTimes: TenantTimes | null;
}

/**
 * Direct sends and tests as a source of deliveries. A request cannot be paused and has no ceiling: what was accepted
 * leaves as soon as a sender is free, before campaigns. Nothing about it changes later, so there is nothing to lock.
 */
export const sendSource: DeliverySource = {
  async policies(tx, ids) {
    const rows = await findSends(tx, ids);
    return new Map(rows.map(({ id, ...shared }) => [id, toPolicy(shared)]));
  },

  admit(_tx, claims) {
    return Promise.resolve({
      afterMs: new Map(claims.map(({ ordinal }) => [ordinal, 0])),
      withRoom: (_, open) => Promise.resolve([...open]),
      claimed: () => Promise.resolve(),
    });
  },

  returned: () => Promise.resolve(),

  lock: () => Promise.resolve(),

  ended: countEnds,
};

function findSends(tx: Tx, ids: readonly string[]): Promise<SendRow[]> {
  return tx.query<SendRow[]>(
    `SELECT s.id, s.pool, s.sticky_sender AS "stickySender", s.min_delay AS "minDelay", s.max_delay AS "maxDelay",
            ts.frequency_cap AS "frequencyCap",
            CASE WHEN ts.tenant_id IS NOT NULL THEN json_build_object('timeZone', ts.time_zone,
              'sendWindow', ts.send_window, 'quietHours', ts.quiet_hours) END AS "tenantTimes"
     FROM sends s LEFT JOIN tenant_settings ts ON ts.tenant_id = s.tenant_id
     WHERE s.id = ANY($1::uuid[])`,
    [ids],
  );
}

function toPolicy(shared: Omit<SendRow, 'id'>): Policy {
  return {
    ...shared,
    standing: 'open',
    templates: null,
    onUnknown: 'leave',
    skipUnregistered: false,
    sendWindow: null,
    expiresAt: null,
    priority: 0,
    preempted: false,
    waiting: false,
    maxPerSender: null,
    senderUse: null,
    nextSlotAt: null,
  };
}
