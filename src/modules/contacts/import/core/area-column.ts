import { digitsOf, isInternational } from '../../../../lib/phone-text.js';
import { firstPhone } from '../../../../lib/phone.js';
import { phoneWithArea } from './area-code.js';
import { isAreaTitle, isSureAreaTitle, withoutAreaWords } from './area-title.js';
import type { PhoneArea, PhoneColumn } from './phone-columns.js';

/** More digits are a number. */
const MAX_DIGITS = 6;

/**
 * The columns of numbers, each with the column that holds its area code, if there is one: of the same words
 * (`DDD celular`), of the same position (`DDD 2`), the one in front of it, or the only one of the file. What may be the
 * code of a country counts only where it makes numbers of the default country.
 */
export function withAreas(
  titles: readonly string[],
  below: readonly (readonly string[])[],
  phones: readonly PhoneColumn[],
  defaultCountry?: string,
): PhoneColumn[] {
  const taken = new Set(phones.map(({ index }) => index));
  const areas = [...titles.keys()].filter(
    (index) =>
      !taken.has(index) && isAreaTitle(titles[index] ?? '') && below.every((row) => mayBeCode(row[index])),
  );
  return phones.map((phone) => {
    const area = areaOf(titles, areas, phone.index);
    if (area === undefined) return phone;
    const isArea =
      isSureAreaTitle(titles[area.index] ?? '') || makesNumbers(below, phone, area.index, defaultCountry);
    return isArea ? { ...phone, area } : phone;
  });
}

function mayBeCode(cell = ''): boolean {
  return digitsOf(cell.slice(0, 2 * MAX_DIGITS)).length <= MAX_DIGITS && !/^\s*\+/.test(cell);
}

function areaOf(titles: readonly string[], areas: readonly number[], phone: number): PhoneArea | undefined {
  const rests = new Map(areas.map((index) => [index, withoutAreaWords(titles[index] ?? '')]));
  const own = withoutAreaWords(titles[phone] ?? '');
  const position = own.match(/\d+/)?.[0];
  const isOwn = (rest: string) => rest === own || (position !== undefined && rest === position);
  const same = areas.find((index) => rests.get(index) !== '' && isOwn(rests.get(index) ?? ''));
  if (same !== undefined) return { index: same, isBeside: true };
  const plain = areas.filter((index) => rests.get(index) === '');
  const inFront = plain.find((index) => index === phone - 1);
  if (inFront !== undefined) return { index: inFront, isBeside: true };
  const [only, other] = plain;
  if (only === undefined || other !== undefined) return undefined;
  return { index: only, isBeside: only === phone + 1 };
}

/** True where most rows below have a number of the country when both cells are taken together. */
function makesNumbers(
  below: readonly (readonly string[])[],
  phone: PhoneColumn,
  area: number,
  country: string | undefined,
): boolean {
  if (country === undefined) return false;
  const rows = below.flatMap((row) => {
    const [text = '', cell = ''] = [row[area]?.trim(), row[phone.index]?.trim()];
    return text === '' || cell === '' || isInternational(cell) ? [] : [{ text, cell }];
  });
  const read = (text: string) => firstPhone(text, country);
  const numbers = rows.filter(
    ({ text, cell }) => phoneWithArea(cell, { text, title: '', isBeside: true }, { read, country }).ok,
  );
  return 2 * numbers.length > rows.length;
}
