import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { lineOf } from '../../../lib/phone-line.js';
import { People } from '../merge/people.js';
import { SuppressionRepository } from '../suppression.repository.js';
import type { ImportedContact, RejectedRow } from './core/rows.js';

/** Why a number is on the suppression list whose row could not be imported. */
const REJECTED_OPT_OUT = 'opted out in a row that was rejected by an import';

export interface BatchOptOuts {
  tenantId: string;
  rows: readonly (ImportedContact | RejectedRow)[];
  /** The name the uploader gave the file: the proof of what it says. */
  fileName: string;
  now: Date;
}

/** The lines that any row says to have opted out, also one that is rejected or repeats a line. */
export function optedOutLines(rows: BatchOptOuts['rows']): Set<string> {
  return new Set(
    rows.flatMap((row) => {
      if (row.kind === 'rejected') return row.optedOut === undefined ? [] : lineOf(row.optedOut);
      return row.optedOut ? lineOf(row.phone) : [];
    }),
  );
}

const people = new People();
const suppressions = new SuppressionRepository();

/**
 * Opts out the people whom the rows say to have, as far as they are contacts already, whatever they are known by: nothing else
 * about a person matters as much. A rejected row's number that is nobody's is suppressed: another row or file would make a
 * contact of it, and know nothing of it. Returns the lines of those who were not opted out before.
 *
 * In a transaction of its own, before the one that writes the rows: each of the two locks contacts in one go, in the order
 * of the lines. In one transaction the second would lock again from the beginning, and two imports could wait for each other.
 */
export async function optOutKnown(tx: Tx, batch: BatchOptOuts): Promise<Set<string>> {
  const { tenantId, rows, fileName: proof, now } = batch;
  const found = await people.lock(tx, tenantId, [...optedOutLines(rows)]);
  const known = found.filter((addresses) => addresses.some(({ contactId }) => contactId !== null));
  const optedOut = new Set(await people.optOut(tx, tenantId, known, { source: 'import', proof, now }));
  const written = new Set(rows.flatMap((row) => (row.kind === 'contact' ? lineOf(row.phone) : [])));
  const strangers = rows.flatMap((row) =>
    row.kind === 'rejected' && row.optedOut !== undefined && !written.has(lineOf(row.optedOut))
      ? { id: newId(), address: row.optedOut }
      : [],
  );
  await suppressions.addStrangers(tx, tenantId, strangers, REJECTED_OPT_OUT, now);
  const lines = known.flat().filter(({ contactId }) => contactId !== null && optedOut.has(contactId));
  return new Set(lines.map(({ line }) => line));
}
