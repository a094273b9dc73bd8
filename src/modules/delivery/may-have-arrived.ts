/**
 * SQL that is true for a waiting message that may already have reached the phone: it kept the id of an interrupted
 * hand-over or, where the transport takes no ids, its attempt history holds an unconfirmed one.
 */
export function mayHaveArrived(alias: string): string {
  return `(${alias}.wa_message_id IS NOT NULL OR ${alias}.attempts @> '[{"outcome": "resend"}]')`;
}
