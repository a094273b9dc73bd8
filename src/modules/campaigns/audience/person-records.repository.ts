import type { Tx } from '../../../db/index.js';
import type { PersonRecords, WholePerson } from '../../contacts/index.js';

/** Campaigns of tenant `$1` whose audience leaves out a number of one of the lines `$2`. */
const LEAVES_OUT = `tenant_id = $1 AND EXISTS (
  SELECT FROM jsonb_array_elements_text(audience #> '{exclude,phoneNumbers}') AS number
  WHERE phone_line(number) = ANY($2::text[]))`;

/** What campaigns keep of a person themselves: the number, where their audience leaves it out by name. */
export class AudiencePersonRecords implements PersonRecords {
  readonly name = 'exclusions';

  /** A number that was left out stays left out, whoever has it. */
  move(): Promise<void> {
    return Promise.resolve();
  }

  collect(tx: Tx, tenantId: string, person: WholePerson): Promise<unknown> {
    return tx.query(
      `SELECT id AS "campaignId", name AS campaign FROM campaigns WHERE ${LEAVES_OUT} ORDER BY id`,
      [tenantId, person.lines],
    );
  }

  async erase(tx: Tx, tenantId: string, person: WholePerson): Promise<void> {
    await tx.query(
      `UPDATE campaigns
       SET audience = jsonb_set(audience, '{exclude,phoneNumbers}', (
         SELECT coalesce(jsonb_agg(number ORDER BY position), '[]')
         FROM jsonb_array_elements_text(audience #> '{exclude,phoneNumbers}') WITH ORDINALITY AS given (number, position)
         WHERE phone_line(number) <> ALL($2::text[])))
       WHERE ${LEAVES_OUT}`,
      [tenantId, person.lines],
    );
  }
}
