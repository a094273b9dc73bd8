import type { Tx } from '../../db/index.js';
import { valueOf, type PersonRecords, type WholePerson } from '../contacts/index.js';

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

  async erase(tx: Tx, tenantId: string, person: WholePerson): Promise<void> {
    const numbers = person.lines.filter((line) => line.startsWith('+'));
    const others = person.lines.filter((line) => !line.startsWith('+'));
    // All forms of a line end alike: the line of every number is only worked out in answers that have such an end.
    await tx.query(
      `DELETE FROM idempotency_keys
       WHERE tenant_id = $1 AND (
         EXISTS (SELECT FROM unnest($2::text[]) AS named (value) WHERE strpos(response::text, value) > 0)
         OR EXISTS (SELECT FROM unnest($3::text[]) AS own (line)
                    WHERE strpos(response::text, right(line, ${COMMON_DIGITS})) > 0 AND EXISTS (
                      SELECT FROM regexp_matches(response::text, '\\+[0-9]{5,15}', 'g') AS found (number)
                      WHERE phone_line(number[1]) = line)))`,
      // A LID is digits, which stand in other things, too: it is a whole text of the answer.
      [tenantId, [person.id, ...others.map((line) => JSON.stringify(valueOf(line)))], numbers],
    );
  }
}
