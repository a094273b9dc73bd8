/** At most so many messages of campaigns per contact in so many days; every part counts as one. */
export interface FrequencyCap {
  messages: number;
  days: number;
}

/** A contact that is about to get the first of `parts` messages of a campaign. */
export interface CappedClaim {
  contactId: string;
  parts: number;
  cap: FrequencyCap;
}

interface Capped {
  state: string;
  contactId: string;
  nextPart: number;
  parts: readonly unknown[];
  /** A part that may have arrived already. */
  resend: object | undefined;
  frequencyCap: FrequencyCap | null;
}

/** What the cap has to admit for a recipient; undefined where there is no cap, or where its first part has gone out. */
export function cappedClaim(recipient: Capped): CappedClaim | undefined {
  const { contactId, nextPart, parts, resend, frequencyCap: cap } = recipient;
  return cap && nextPart === 0 && !resend ? { contactId, parts: parts.length, cap } : undefined;
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
