/** Columns of our export that are no attributes: what was found out about a contact, and when it was made here. */
export const EXPORT_ONLY_TITLES = ['opted_out', 'consent', 'on_whatsapp', 'created_at'] as const;
/** The columns in front of the rows in a file of rejected rows. */
export const REJECTION_TITLES = ['line', 'reason'] as const;
/** Titles that files of others hardly have; the others of them may be there by themselves. */
const TELLING = ['opted_out', 'on_whatsapp'];

/** How many columns in front say why a row was rejected, and rejected again: 0 in any other file. */
export function rejectionColumns(titles: readonly string[]): number {
  const width = REJECTION_TITLES.length;
  const other = titles.findIndex((title, index) => title !== REJECTION_TITLES[index % width]);
  const length = other < 0 ? titles.length : other;
  return length - (length % width);
}

/** The column of a report on a campaign that also says who was skipped for an opt-out; -1 in any other file. */
export function codeOfReport(titles: readonly string[]): number {
  return ['state', 'partsSent', 'optedOut'].every((title) => titles.includes(title))
    ? titles.indexOf('code')
    : -1;
}

/** The columns of an export of ours; its others are attributes, whatever their titles sound like. */
export interface OwnExport {
  phone: number;
  /** -1 when the column was taken out, like the two below. */
  name: number;
  tags: number;
  optedOut: number;
  consent: number;
  /** Columns that become nothing. */
  ignored: number[];
}

/** Recognises a file as an export of ours, also when columns of it were moved or taken out. */
export function ownExport(titles: readonly string[]): OwnExport | undefined {
  // An attribute may have the same title: it stands behind.
  const own = EXPORT_ONLY_TITLES.map((title) => titles.indexOf(title)).filter((index) => index >= 0);
  const phone = ['phoneNumber', 'phone'].map((title) => titles.indexOf(title)).find((index) => index >= 0);
  if (phone === undefined || own.length < 2 || !TELLING.some((title) => titles.includes(title)))
    return undefined;
  return {
    phone,
    name: titles.indexOf('name'),
    tags: titles.indexOf('tags'),
    optedOut: titles.indexOf('opted_out'),
    consent: titles.indexOf('consent'),
    ignored: own,
  };
}
