/** Columns of one file: a spreadsheet with more is slow to open, and a row is held in memory with all its cells. */
export const MAX_EXPORT_COLUMNS = 1_024;

/** Bytes of attributes that are read and written at a time; a contact with more is alone. */
const PART_BYTES = 1024 * 1024;
/** Cells that are written at a time. */
const PART_CELLS = 5_000;

/** The ids in parts that are read one after the other, however long the attributes are. */
export function partsOf(sizes: readonly { id: string; bytes: number }[], columns: number): string[][] {
  const parts: string[][] = [];
  const rows = Math.max(1, Math.floor(PART_CELLS / columns));
  let part: string[] = [];
  let total = 0;
  for (const { id, bytes } of sizes) {
    if (part.length > 0 && (part.length >= rows || total + bytes > PART_BYTES)) {
      parts.push(part);
      part = [];
      total = 0;
    }
    part.push(id);
    total += bytes;
  }
  return part.length > 0 ? [...parts, part] : parts;
}
