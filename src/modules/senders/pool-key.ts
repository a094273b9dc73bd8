import type { SenderPool } from './pool.js';
import type { ReservationRequest } from './reservation.types.js';

/** Requests with the same key may be served by the same senders under the same conditions. */
export function poolKey(request: ReservationRequest): string {
  const {
    tenantId,
    pool,
    newConversation,
    messageTypes,
    messages,
    excludedSenderIds = [],
    urgent = false,
    yields = false,
  } = request;
  return JSON.stringify([
    tenantId,
    poolText(pool),
    newConversation,
    urgent,
    yields,
    messageTypes.toSorted(),
    messages,
    excludedSenderIds.toSorted(),
  ]);
}

const poolTexts = new WeakMap<SenderPool, string>();

/** Recipients that are loaded together share their campaign's pool: sorting hundreds of ids is done once for them all. */
function poolText(pool: SenderPool): string {
  const known = poolTexts.get(pool);
  if (known !== undefined) return known;
  const text = JSON.stringify([pool.senderIds.toSorted(), pool.senderTags.toSorted()]);
  poolTexts.set(pool, text);
  return text;
}
