import type { Tx } from '../../db/index.js';
import type { Person, PersonRecords } from '../contacts/index.js';

/** Every numbering reform has left at least so many digits at the end as they were. */
const COMMON_DIGITS = 7;

/** Stored answers of idempotent requests may show a contact. */
export class AnsweredRequestRecords implements PersonRecords {
  readonly name = 'answeredRequests';

  async move(): Promise<void> {
    // An answer says what was so when it was given.
  }

  async collect(): Promise<unknown> {
    // Copies of what the other parts of the export hold.
    return [];
  }

  async erase(tx: Tx, tenantId: string, person: Person): Promise<void> {
    // All forms of a line end alike: the line of every number is only worked out in answers that have such an end.
    await tx.query(
      `DELETE FROM idempotency_keys
       WHERE tenant_id = $1 AND (strpos(response::text, $2) > 0
         OR strpos(response::text, right($3, ${COMMON_DIGITS})) > 0 AND EXISTS (
           SELECT FROM regexp_matches(response::text, '\\+[0-9]{5,15}', 'g') AS found (number)
           WHERE phone_line(number[1]) = $3))`,
      [tenantId, person.id, person.line],
    );
  }
}
