import { digitsOf, WHOLE_DIGITS } from '../../../../lib/phone-text.js';
import { isPlainPhoneTitle, labelKind, phoneKind, phoneKinds, plainTitle } from './titles.js';

/** A column of numbers; `label` is the column that says what kind each is, as in address books. */
export interface PhoneColumn {
  index: number;
  label?: number;
}

/** `Phone 1 - Type` and `Phone 1 - Value` belong together: without these words their titles are the same. */
const LABEL_WORD = /(?<![^ ])(?:type|label|kind|tipo|typ|etiqueta|rotulo|etichetta|类型|種類)(?![^ ])/u;
const VALUE_WORD = /(?<![^ ])(?:value|valor|valore|wert|valeur|number|numero|nummer|no|nr)(?![^ ])/u;
const POSITION = /(?<![^ ])\d{1,2}(?![^ ])/u;
/** Characters of a cell that are looked at. */
const MAX_CELL = 200;
const LABEL_ORDER: readonly (string | undefined)[] = ['whatsapp', 'mobile', undefined, 'landline'];

/**
 * The columns of numbers, the one that is taken first in front; none when no title tells. WhatsApp goes before mobile,
 * mobile before phone, phone before landline, whatever else a title says. The cells below decide where it misleads: a
 * question about WhatsApp with yes and no below is no column of numbers. Others of the same title (`Phone 1`, `Phone 2`)
 * follow, for rows in which the first has no usable number.
 */
export function phoneColumns(
  titles: readonly string[],
  below: readonly (readonly string[])[] = [],
): PhoneColumn[] {
  const [first, ...others] = titles
    .flatMap((title, index) => {
      const rank = rankOf(title, evidenceOf(below, index));
      return rank < 0 ? [] : [{ index, title, rank, isPlain: isPlainPhoneTitle(title) }];
    })
    .toSorted((a, b) => a.rank - b.rank || Number(b.isPlain) - Number(a.isPlain) || a.index - b.index);
  // Where no column has numbers the titles alone say which one should: its rows are rejected one by one.
  if (!first) return below.length > 0 ? phoneColumns(titles) : [];
  const base = baseOf(first.title);
  const siblings = others.filter((other) => base !== undefined && baseOf(other.title) === base);
  return [first, ...siblings].map(({ index }) => ({ index, label: labelOf(titles, index) }));
}

type Evidence = 'numbers' | 'others' | 'none';

/** What the cells below a title are: other things only where none of them has the digits of a number. */
function evidenceOf(below: readonly (readonly string[])[], index: number): Evidence {
  const cells = below.map((row) => row[index]?.trim() ?? '').filter((cell) => cell !== '');
  if (cells.length === 0) return 'none';
  return cells.some((cell) => digitsOf(cell.slice(0, MAX_CELL)).length >= WHOLE_DIGITS)
    ? 'numbers'
    : 'others';
}

/** 0 is the best; below 0 is no column of numbers. */
function rankOf(title: string, evidence: Evidence): number {
  const kind = phoneKind(title);
  if (kind === undefined || evidence === 'others') return -1;
  const isAsked = kind === 'question' && evidence === 'numbers';
  return phoneKinds.indexOf(isAsked ? 'whatsapp' : kind);
}

/** The title without its position: undefined for one that has none, and so has no others like it. */
function baseOf(title: string): string | undefined {
  const plain = plainTitle(title);
  return POSITION.test(plain) ? plain.replace(POSITION, '') : undefined;
}

/** The column that says what kind of number another one holds. */
function labelOf(titles: readonly string[], index: number): number | undefined {
  const wanted = plainTitle(titles[index] ?? '')
    .replace(VALUE_WORD, '')
    .trim();
  const found = titles.findIndex((title) => {
    const plain = plainTitle(title);
    return LABEL_WORD.test(plain) && plain.replace(LABEL_WORD, '').trim() === wanted;
  });
  return found < 0 ? undefined : found;
}

/** The columns in the order in which a row means them: by their labels WhatsApp, mobile, any other, landline; no fax. */
export function byLabel(columns: readonly PhoneColumn[], cells: readonly string[]): PhoneColumn[] {
  if (columns.every(({ label }) => label === undefined)) return [...columns];
  const rank = ({ label }: PhoneColumn) =>
    LABEL_ORDER.indexOf(label === undefined ? undefined : labelKind(cells[label] ?? ''));
  return columns.filter((column) => rank(column) >= 0).toSorted((a, b) => rank(a) - rank(b));
}
