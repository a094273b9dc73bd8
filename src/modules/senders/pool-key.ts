import type { TransportRegistry } from '../../transports/transport.js';
import { addressing, carriersOf } from './carriers.js';
import type { SenderPool } from './pool.js';
import type { ReservationRequest } from './reservation.types.js';

/** Requests with the same key may be served by the same senders under the same conditions. */
export function poolKey(registry: TransportRegistry, request: ReservationRequest): string {
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
    ...unfit(registry, request),
  ]);
}

/** The transports that cannot write to the person: none as a rule, and then requests share a key whatever people are known by. */
function unfit(registry: TransportRegistry, { messageTypes, reachedBy }: ReservationRequest): string[] {
  if (!reachedBy) return [];
  const carriers = carriersOf(registry, messageTypes);
  const fit = addressing(registry, carriers, reachedBy);
  return fit.length === carriers.length ? [] : carriers.filter((name) => !fit.includes(name)).toSorted();
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
