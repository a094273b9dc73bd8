import { FORM, formOf, withForm } from '../../../journal/forms.js';
import { JournalDamaged } from '../../../journal/journal.js';
import { errorMessage } from '../../../lib/errors.js';
import type { EventRow } from '../core/event-row.js';

/** What people wrote that binds, as the journal keeps it: rows of inbound_events with the person's identities and the text. */
export function encodeBinding(rows: readonly EventRow[]): Buffer {
  return withForm(FORM.binding, Buffer.from(JSON.stringify(rows)));
}

/**
 * Undefined for a record of something else.
 * @throws JournalDamaged when it is no such rows.
 */
export function decodeBinding(data: Buffer): EventRow[] | undefined {
  if (formOf(data) !== FORM.binding) return undefined;
  try {
    const rows: unknown = JSON.parse(data.subarray(1).toString());
    if (!Array.isArray(rows)) throw new Error('it is no list');
    return rows as EventRow[];
  } catch (error) {
    throw new JournalDamaged(`what people wrote: ${errorMessage(error)}`);
  }
}
