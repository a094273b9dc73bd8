import { readXml } from './xml.js';

/** Number formats every workbook has without declaring them that show a date or a time. */
const BUILT_IN_DATES = [14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47];
const DAY_MS = 86_400_000;

/** For each cell style whether it shows dates. */
export async function readDateStyles(chunks: AsyncIterable<Uint8Array>): Promise<boolean[]> {
  const dateFormats = new Set(BUILT_IN_DATES.map(String));
  const styles: boolean[] = [];
  let inCellStyles = false;
  await readXml(chunks, {
    open(name, attributes) {
      if (name === 'cellXfs') inCellStyles = true;
      if (name === 'numFmt' && showsDate(attributes['formatCode'] ?? '')) {
        dateFormats.add(attributes['numFmtId'] ?? '');
      }
      if (name === 'xf' && inCellStyles) styles.push(dateFormats.has(attributes['numFmtId'] ?? ''));
    },
    close(name) {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return styles;
}

/** `2024-05-31`, or with a time `2024-05-31T13:45:00`. */
export function serialDate(serial: number, date1904: boolean): string {
  // Excel believes that 1900 was a leap year: its days count from 1899-12-30 as of March 1900.
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const date = new Date(epoch + Math.round(serial * (DAY_MS / 1000)) * 1000);
  if (Number.isNaN(date.getTime())) return String(serial);
  const text = date.toISOString();
  if (serial >= 0 && serial < 1) return text.slice(11, 19);
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19);
}

/** Letters of days, months, years, hours outside quotes, escapes and colours. */
function showsDate(format: string): boolean {
  const bare = format.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  return /[dmyhs]/i.test(bare) && !/general/i.test(bare);
}
