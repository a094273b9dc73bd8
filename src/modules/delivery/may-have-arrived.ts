/**
 * SQL that is true for a waiting message that may have reached the phone all the same: the id it got for a hand-over
 * that was cut off tells so, or, where the transport takes no ids, the story of its attempts.
 */
export function mayHaveArrived(alias: string): string {
  return `(${alias}.wa_message_id IS NOT NULL OR ${alias}.attempts @> '[{"outcome": "resend"}]')`;
}
