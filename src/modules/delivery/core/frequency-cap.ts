import { rulesOf, type Purpose } from '../../tenants/core/purpose.js';

/** At most so many messages of marketing per contact in so many days; every part counts as one. */
export interface FrequencyCap {
  messages: number;
  days: number;
}

/** A contact that is about to get the first of `parts` messages of one delivery. */
export interface CappedClaim {
  contactId: string;
  parts: number;
  cap: FrequencyCap;
}

interface Capped {
  delivery: { contactId: string; purpose: Purpose; nextPart: number; parts: number };
  policy: { frequencyCap: FrequencyCap | null };
  /** A part that may have arrived already. */
  resend: object | undefined;
}

/**
 * What the cap has to admit for a delivery; undefined where there is no cap, where its purpose is not capped, or where
 * its first part has gone out.
 */
export function cappedClaim({ delivery, policy, resend }: Capped): CappedClaim | undefined {
  const { contactId, purpose, nextPart, parts } = delivery;
  const cap = rulesOf[purpose].frequencyCap ? policy.frequencyCap : null;
  return cap && nextPart === 0 && !resend ? { contactId, parts, cap } : undefined;
}

/**
 * Which of the claims fit, in their order: all parts have to. `used` is how many messages each contact had. Those that
 * are let in count for the ones behind them, even should they lose for another reason; a refused claim is tried again.
 */
export function admitted(
  claims: readonly (CappedClaim | undefined)[],
  used: ReadonlyMap<string, number>,
): boolean[] {
  const taken = new Map(used);
  return claims.map((claim) => {
    if (!claim) return true;
    const { contactId, parts, cap } = claim;
    const after = (taken.get(contactId) ?? 0) + parts;
    if (after > cap.messages) return false;
    taken.set(contactId, after);
    return true;
  });
}
