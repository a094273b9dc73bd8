/** Columns of our export that are not the contact's own: when it was made here, and what was found out about it. */
export const EXPORT_ONLY_TITLES = ['opted_out', 'consent', 'on_whatsapp', 'created_at'] as const;
/** The columns in front of the rows in a file of rejected rows. */
export const REJECTION_TITLES = ['line', 'reason'] as const;
/** Titles that files of others hardly have; the others of them may be there by themselves. */
const TELLING = new Set<string>(['opted_out', 'on_whatsapp']);

/** The columns of files of ours (exports of contacts, rejected rows of an import) that become no attributes. */
export function ownColumns(titles: readonly string[]): number[] {
  const isRejections = REJECTION_TITLES.every((title, index) => titles[index] === title);
  const exported = titles.flatMap((title, index) => (isExportOnly(title) ? [index] : []));
  const isExport = exported.length > 1 && titles.some((title) => TELLING.has(title));
  return [...(isRejections ? REJECTION_TITLES.keys() : []), ...(isExport ? exported : [])];
}

function isExportOnly(title: string): boolean {
  return (EXPORT_ONLY_TITLES as readonly string[]).includes(title);
}
