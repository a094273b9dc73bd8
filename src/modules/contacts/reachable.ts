import { identityOf, type IdentityKind } from './core/identity.js';
import type { KnownNumber } from './known-numbers.repository.js';

/** Why this number is not written to; undefined when it may be. */
export function unreachableReason(known: KnownNumber): { code: string; message: string } | undefined {
  if (known.optedOutAt) {
    const how = known.optOutSource === null ? '' : ` (${known.optOutSource})`;
    const since = known.optedOutAt.toISOString().slice(0, 10);
    const message = `this contact opted out on ${since}${how}; nothing is sent to it until it opts in again`;
    return { code: 'recipient_opted_out', message };
  }
  if (!known.suppressed) return undefined;
  const message = 'this number is on the suppression list; take it off the list to write to it';
  return { code: 'recipient_suppressed', message };
}

/**
 * Why none of the senders that may serve this person can write to them; `addresses`: by what those senders write to people.
 * Undefined when one of them can, and when there is no sender.
 */
export function unaddressedReason(
  { phone, furtherKinds }: KnownNumber,
  addresses: readonly IdentityKind[],
): { code: string; message: string } | undefined {
  const own = identityOf(phone)?.kind ?? 'phone';
  const kinds = [...new Set([own, ...furtherKinds])];
  if (addresses.length === 0 || kinds.some((kind) => addresses.includes(kind))) return undefined;
  const known = kinds.map((kind) => KIND_WORDS[kind]).join(' and ');
  const able = addresses.map((kind) => KIND_WORDS[kind]).join(' or ');
  const message =
    `no sender that may serve this person can write to ${known}, and nothing else is known of them; ` +
    `connect a sender that can, or give ${able}`;
  return { code: 'no_reachable_identity', message };
}

const KIND_WORDS: Record<IdentityKind, string> = {
  phone: 'a number',
  lid: 'a LID',
  bsuid: 'a business-scoped id',
};
