import { isOfCallingCode } from '../../../../lib/phone-country.js';
import { isInternational } from '../../../../lib/phone-text.js';
import { firstPhone, type PhoneOutcome } from '../../../../lib/phone.js';
import { phoneWithArea } from './area-code.js';
import { SPREADSHEET_ERROR, usable } from './cells.js';
import type { ColumnPlan } from './columns.js';
import { parseCountry } from './country-column.js';
import { isOfLikelyCountry } from './likely-country.js';
import { byLabel, type PhoneArea } from './phone-columns.js';
import { isNoAnswer } from './truth.js';

/** The first usable number of the columns a row may have it in; the reason is that of the first cell that is not empty. */
export function phoneOf(
  cells: readonly string[],
  plan: Pick<ColumnPlan, 'phones' | 'countries' | 'likelyCountries' | 'titles'>,
  defaultCountry?: string,
): PhoneOutcome {
  const country = countryOf(cells, plan);
  const read = (text: string) =>
    country === undefined ? phoneWithout(text, cells, plan, defaultCountry) : phoneFrom(text, country);
  const areaOf = ({ index, isBeside }: PhoneArea) => ({
    text: usable(cells[index]),
    title: plan.titles[index] ?? '',
    isBeside,
  });
  let refused: PhoneOutcome | undefined;
  let isTaken = false;
  for (const { index, isLast, area } of byLabel(plan.phones, cells)) {
    const cell = (cells[index] ?? '').trim();
    if (cell === '' || (isLast && isTaken)) continue;
    isTaken ||= !isNoAnswer(cell);
    const outcome: PhoneOutcome = SPREADSHEET_ERROR.test(cell)
      ? { ok: false, reason: `the phone cell holds the error ${cell}` }
      : area === undefined || country?.code === null
        ? read(cell)
        : phoneWithArea(cell, areaOf(area), { read, country: country?.code ?? defaultCountry });
    if (outcome.ok) return outcome;
    refused ??= outcome;
  }
  return refused ?? { ok: false, reason: 'the phone number is empty' };
}

/** The number of a row that names no country, unless another column looks as if it did and the number were none of it. */
function phoneWithout(
  cell: string,
  cells: readonly string[],
  { likelyCountries, titles }: Pick<ColumnPlan, 'likelyCountries' | 'titles'>,
  defaultCountry?: string,
): PhoneOutcome {
  const outcome = firstPhone(cell, defaultCountry);
  const likely = likelyCountries.find((at) => isOfLikelyCountry(cell, usable(cells[at]), defaultCountry));
  if (!outcome.ok || likely === undefined) return outcome;
  return {
    ok: false,
    reason: `the cell "${titles[likely] ?? ''}" seems to say which country the number is from; write the number with + and the country code, or call that column Country`,
  };
}

/** The country that a row says its number is from, and the title of the column that says so. */
interface RowCountry {
  /** Null when the cell cannot be read. */
  code: string | null;
  title: string;
}

function countryOf(
  cells: readonly string[],
  { countries, titles }: Pick<ColumnPlan, 'countries' | 'titles'>,
): RowCountry | undefined {
  for (const index of countries) {
    const code = parseCountry(usable(cells[index]));
    if (code !== undefined) return { code, title: titles[index] ?? '' };
  }
  return undefined;
}

/** A number with its own country code is what it is; any other must be one of the country that the row names. */
function phoneFrom(cell: string, { code, title }: RowCountry): PhoneOutcome {
  const complete = firstPhone(cell);
  if (complete.ok && isInternational(cell)) return complete;
  if (code === null) {
    const reason = `the cell "${title}" names no country; write +55, BR or Brazil`;
    return { ok: false, reason };
  }
  const outcome = firstPhone(cell, code);
  if (!outcome.ok || isOfCallingCode(outcome.phone, code)) return outcome;
  return {
    ok: false,
    reason: `the number is none of the country in the cell "${title}"; write it with + and the country code, or correct the cell`,
  };
}
