import { digitsOf, WHOLE_DIGITS } from '../../../../lib/phone-text.js';
import { isAreaTitle } from './area-title.js';
import {
  isOwnLandlineTitle,
  isOwnNumberTitle,
  isPlainPhoneTitle,
  labelKind,
  phoneKind,
  phoneKinds,
  plainTitle,
  type PhoneKind,
} from './titles.js';

/** A column of numbers; `label` is the column that says what kind each is, as in address books. */
export interface PhoneColumn {
  index: number;
  /** What its title says of the numbers. */
  kind?: PhoneKind;
  /** Looked at only where the columns before it are empty. */
  isLast?: true;
  label?: number;
  /** Where the area code of its numbers stands. */
  area?: PhoneArea;
}

export interface PhoneArea {
  index: number;
  /** True where the titles leave no doubt which column of numbers it belongs to. */
  isBeside: boolean;
}

/** `Phone 1 - Type` and `Phone 1 - Value` belong together: without these words their titles are the same. */
const LABEL_WORD = /(?<![^ ])(?:type|label|kind|tipo|typ|etiqueta|rotulo|etichetta|类型|種類)(?![^ ])/u;
const VALUE_WORD = /(?<![^ ])(?:value|valor|valore|wert|valeur|number|numero|nummer|no|nr)(?![^ ])/u;
const POSITION = /(?<![^ ])\d{1,2}(?![^ ])/u;
/** How a cell says that there is no number. */
const NOTHING = /^(?:[-–—.]{0,9}|n\/?a|#n\/a|\(?null\)?|none|nan|undefined)$/i;
/** Characters of a cell that are looked at. */
const MAX_CELL = 200;
/** Digits of a number whose area code stands in another column. */
const LOCAL_DIGITS = 4;
/** The order within a row, by label or else by title. */
const ROW_ORDER: readonly string[] = ['whatsapp', 'mobile', 'phone', 'landline', 'other'];
/** Taken where the first column has no usable one: a landline is where it has none, another person's never. */
const FALL_BACK: ReadonlySet<PhoneKind> = new Set(['whatsapp', 'mobile', 'phone']);

/**
 * The columns of numbers, the one that is taken first in front; none when no title tells. WhatsApp goes before mobile,
 * mobile before phone, phone before landline, whatever else a title says; of several such the plain one, then the one whose
 * words are all of a person's own number (`Celular do paciente`, not `Celular do dentista`). The cells below decide where it misleads: a
 * question about WhatsApp with yes and no below is no column of numbers. For rows in which the first has no usable
 * number, those follow that are surely the same person's: others of the same title (`Phone 1`, `Phone 2`), and what the
 * titles say about is WhatsApp, mobile or phone, in this order; last the person's phone at home or at work. A column with
 * one number for everybody is hardly the person's.
 */
export function phoneColumns(
  titles: readonly string[],
  below: readonly (readonly string[])[] = [],
): PhoneColumn[] {
  const least = titles.some(isAreaTitle) ? LOCAL_DIGITS : WHOLE_DIGITS;
  const [first, ...others] = titles
    .flatMap((title, index) => {
      const kind = kindOf(title, evidenceOf(below, index, least));
      if (kind === undefined) return [];
      const isShared = isOneForAll(below, index);
      return [{ index, title, kind: isShared ? 'other' : kind, isPlain: isPlainPhoneTitle(title) } as const];
    })
    .toSorted(
      (a, b) =>
        phoneKinds.indexOf(a.kind) - phoneKinds.indexOf(b.kind) ||
        Number(b.isPlain) - Number(a.isPlain) ||
        Number(isOwnNumberTitle(b.title)) - Number(isOwnNumberTitle(a.title)) ||
        a.index - b.index,
    );
  // Where no column has numbers the titles alone say which one should: its rows are rejected one by one.
  if (!first) return below.length > 0 ? phoneColumns(titles) : [];
  const base = baseOf(first.title);
  const isSibling = (title: string) => base !== undefined && baseOf(title) === base;
  const next = others.filter(
    ({ title, kind }) => isSibling(title) || (FALL_BACK.has(kind) && isOwnNumberTitle(title)),
  );
  const isOwn = first.kind !== 'other';
  const isLast = (kind: PhoneKind) => kind === 'landline' || FALL_BACK.has(kind);
  const last = others.filter((one) => isOwn && isLast(one.kind) && isOwnLandlineTitle(one.title));
  const labels = labelColumns(titles);
  const columnOf = ({ index, kind }: { index: number; kind: PhoneKind }): PhoneColumn => ({
    index,
    kind,
    label: labels.get(
      plainTitle(titles[index] ?? '')
        .replace(VALUE_WORD, '')
        .trim(),
    ),
  });
  return [
    ...[first, ...next].map(columnOf),
    ...last.filter((one) => !next.includes(one)).map((one) => ({ ...columnOf(one), isLast: true as const })),
  ];
}

/** As many rows with one and the same number are no chance. */
const MANY = 3;

function isOneForAll(below: readonly (readonly string[])[], index: number): boolean {
  const numbers = below
    .map((row) => digitsOf((row[index] ?? '').slice(0, MAX_CELL)))
    .filter((one) => one !== '');
  return numbers.length >= MANY && new Set(numbers).size === 1;
}

type Evidence = 'numbers' | 'others' | 'none';

/** What the cells below a title are: other things only where none of them has the digits of a number. */
function evidenceOf(below: readonly (readonly string[])[], index: number, least: number): Evidence {
  const cells = below.map((row) => row[index]?.trim() ?? '').filter((cell) => !NOTHING.test(cell));
  if (cells.length === 0) return 'none';
  return cells.some((cell) => digitsOf(cell.slice(0, MAX_CELL)).length >= least) ? 'numbers' : 'others';
}

/** Undefined for no column of numbers. */
function kindOf(title: string, evidence: Evidence): PhoneKind | undefined {
  const kind = phoneKind(title);
  if (kind === undefined || evidence === 'others') return undefined;
  return kind === 'question' && evidence === 'numbers' ? 'whatsapp' : kind;
}

/** The title without its position: undefined for one that has none, and so has no others like it. */
function baseOf(title: string): string | undefined {
  const plain = plainTitle(title);
  return POSITION.test(plain) ? plain.replace(POSITION, '') : undefined;
}

/** The columns that say what kind of number another one holds, by the title of that one without the word for its value. */
function labelColumns(titles: readonly string[]): ReadonlyMap<string, number> {
  const labels = new Map<string, number>();
  for (const [index, title] of titles.entries()) {
    const plain = plainTitle(title);
    const wanted = plain.replace(LABEL_WORD, '').trim();
    if (LABEL_WORD.test(plain) && !labels.has(wanted)) labels.set(wanted, index);
  }
  return labels;
}

/** The columns in the order in which a row means them: WhatsApp, mobile, any other, landline; no fax. */
export function byLabel(columns: readonly PhoneColumn[], cells: readonly string[]): PhoneColumn[] {
  if (columns.every(({ label }) => label === undefined)) return [...columns];
  const rank = ({ label, kind = 'phone' }: PhoneColumn) => {
    const said = label === undefined ? undefined : labelKind(cells[label] ?? '');
    return ROW_ORDER.indexOf(said ?? (ROW_ORDER.includes(kind) ? kind : 'phone'));
  };
  return columns.filter((column) => rank(column) >= 0).toSorted((a, b) => rank(a) - rank(b));
}
