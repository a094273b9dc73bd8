import type { ImportLimits } from '../limits.js';
import { readXml, tooMuch, type XmlHandler } from './xml.js';

/**
 * Number formats a workbook has without declaring them that show a date or a time (ECMA-376 part 1, 18.8.30): those of
 * all languages, of Chinese, Japanese and Korean (27 to 36, 50 to 58), and of Thai (71 to 81).
 */
const BUILT_IN_DATES = [
  ...range(14, 22),
  ...range(27, 36),
  ...range(45, 47),
  ...range(50, 58),
  ...range(71, 81),
];
const DAY_MS = 86_400_000;
/** Characters of a number format that are looked at; Excel allows 255. */
const MAX_FORMAT_LENGTH = 1_000;
const PART = 'list of styles';

/** For each cell style whether it shows dates. */
export async function readDateStyles(
  chunks: AsyncIterable<Uint8Array>,
  limits: Pick<ImportLimits, 'maxStyles' | 'maxNumberFormats' | 'maxPartTags'>,
): Promise<boolean[]> {
  const dateFormats = new Set(BUILT_IN_DATES.map(String));
  const styles: boolean[] = [];
  let inCellStyles = false;
  let formats = 0;
  const handler: XmlHandler = {
    open(name, attributes) {
      if (name === 'cellXfs') inCellStyles = true;
      if (name === 'numFmt') {
        formats += 1;
        if (formats > limits.maxNumberFormats) throw tooMuch(PART, 'number formats', limits.maxNumberFormats);
        // What a workbook declares goes before what the number means without that.
        const id = attributes['numFmtId'] ?? '';
        if (showsDate((attributes['formatCode'] ?? '').slice(0, MAX_FORMAT_LENGTH))) dateFormats.add(id);
        else dateFormats.delete(id);
      }
      if (name !== 'xf' || !inCellStyles) return;
      if (styles.push(dateFormats.has(attributes['numFmtId'] ?? '')) > limits.maxStyles) {
        throw tooMuch(PART, 'cell styles', limits.maxStyles);
      }
    },
    close(name) {
      if (name === 'cellXfs') inCellStyles = false;
    },
  };
  await readXml(chunks, handler, { what: PART, maxTags: limits.maxPartTags });
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

/**
 * A date that stands in the cell as text (ISO 8601, as strict workbooks have it), in the form of `serialDate`: without a
 * time of zero, fractions of a second or a zone, which cells have not. Other text stays as it is.
 */
export function isoDate(value: string): string {
  const match = /^(\d{4}-\d\d-\d\d)?(?:T?(\d\d:\d\d)(:\d\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)?$/.exec(
    value,
  );
  if (!match) return value;
  const [, day, minutes, seconds = ':00'] = match;
  if (minutes === undefined) return value;
  const time = minutes + seconds;
  // A time of the day stands on the day before the first.
  if (day === undefined || day === '1899-12-30' || day === '1899-12-31') return time;
  return time === '00:00:00' ? day : `${day}T${time}`;
}

/** Letters of days, months, years, hours outside quotes, escapes and colours. */
function showsDate(format: string): boolean {
  const bare = format.replace(
    /"[^"]{0,255}"|\\.|_.|\*.|\[(?!h{1,9}\]|m{1,9}\]|s{1,9}\])[^[\]]{0,255}\]/gi,
    '',
  );
  return /[dmyhs]/i.test(bare) && !/general/i.test(bare);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
