import type { ContactView } from '../contact-view.repository.js';
import { scopedIdCell, shownIdentity, type ShownIdentity } from '../core/person-input.js';
import { exportedValue } from '../core/exported-values.js';
import type { KnownIdentity } from '../identities/identity.repository.js';
import { IDENTITY_TITLES } from '../import/core/identity-columns.js';
import { EXPORT_ONLY_TITLES } from '../import/core/own-columns.js';

export type ExportCell = string | number;

export interface ExportColumn {
  title: string;
  cell: (contact: ContactView) => ExportCell;
}

/** A sheet keeps 15 digits. */
const MAX_SHEET_NUMBER = 1e15;
const [OPTED_OUT, CONSENT, ON_WHATSAPP, CREATED_AT] = EXPORT_ONLY_TITLES;

/** Titles the import knows, then those it makes no attributes of. */
export const OWN_COLUMNS: readonly ExportColumn[] = [
  { title: 'phoneNumber', cell: ({ phone }) => phone ?? '' },
  { title: 'name', cell: ({ name }) => name ?? '' },
  { title: 'tags', cell: ({ tags }) => tags.join(';') },
  { title: OPTED_OUT, cell: ({ optedOutAt }) => optedOutAt?.toISOString() ?? '' },
  { title: CONSENT, cell: ({ consent }) => (consent ? `${consent.kind} (${consent.source})` : '') },
  { title: ON_WHATSAPP, cell: ({ onWhatsApp }) => (onWhatsApp === null ? '' : onWhatsApp ? 'yes' : 'no') },
  { title: CREATED_AT, cell: ({ createdAt }) => createdAt.toISOString() },
  { title: IDENTITY_TITLES.lid, cell: (contact) => currentOf(contact, 'lid')?.value ?? '' },
  { title: IDENTITY_TITLES.bsuid, cell: (contact) => scopedIdCell(shown(currentOf(contact, 'bsuid'))) ?? '' },
];

export function attributeColumn(title: string): ExportColumn {
  return { title, cell: ({ attributes }) => attributeCell(attributes[title]) };
}

/** Numbers are numbers in a sheet, as far as it keeps all their digits. */
function attributeCell(value: unknown): ExportCell {
  const isKept = typeof value === 'number' && Math.abs(value) < MAX_SHEET_NUMBER;
  return isKept ? value : exportedValue(value);
}

/** Of several the one that was known first. */
function currentOf({ identities }: ContactView, kind: 'lid' | 'bsuid'): KnownIdentity | undefined {
  return identities.find((identity) => identity.kind === kind && identity.until === null);
}

function shown(identity: KnownIdentity | undefined): ShownIdentity {
  return shownIdentity(identity?.address ?? null);
}
