import type { Tx } from '../../db/index.js';
import { readLog, writeEvents, type NewEvent } from '../events/index.js';
import { isAnyLow, quotaLow, type QuotaLow } from './core/quota-low.js';
import type { SenderSlot } from './core/slot.js';

/** So many entries back a window would be found that was told before: two kinds of windows, a day each. */
const LOOK_BACK = 4;

/** Tells which senders have little of their day left, once in each day. Needs the locks of their slots. */
export async function tellQuotaLow(
  tx: Tx,
  tenantId: string,
  { before, after }: { before: readonly SenderSlot[]; after: readonly SenderSlot[] },
  now: Date,
): Promise<void> {
  const low = after.filter((slot) => isAnyLow(slot, now));
  if (low.length === 0) return;
  const byId = new Map(before.map((slot) => [slot.id, slot]));
  const events: NewEvent[] = [];
  for (const slot of low) {
    const was = byId.get(slot.id);
    for (const found of was ? quotaLow(was, slot, now) : []) {
      if (await isTold(tx, { tenantId, objectId: slot.id }, found)) continue;
      events.push({ tenantId, kind: 'sender.quota_low', objectId: slot.id, payload: payloadOf(found) });
    }
  }
  await writeEvents(tx, events);
}

async function isTold(
  tx: Tx,
  sender: { tenantId: string; objectId: string },
  found: QuotaLow,
): Promise<boolean> {
  const { items } = await readLog(tx, sender, { kind: ['sender.quota_low'], limit: LOOK_BACK });
  const { window, startedAt } = payloadOf(found);
  return items.some(({ payload }) => payload['window'] === window && payload['startedAt'] === startedAt);
}

function payloadOf({ window, quota, used, startedAt, endsAt }: QuotaLow) {
  return { window, quota, used, startedAt: startedAt.toISOString(), endsAt: endsAt.toISOString() };
}
