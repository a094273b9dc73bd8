import { countryColumns } from './country-column.js';
import { optOutKind } from './opt-out-column.js';
import type { OptOutKind } from './opt-out-title.js';
import { codeOfReport, ownExport, rejectionColumns, type OwnExport } from './own-columns.js';
import { phoneColumns, type PhoneColumn } from './phone-columns.js';
import { isPersonTitle, isUsualNameTitle, mayBeNames, nameRole, type NameRole } from './name-title.js';
import { isTagTitle, plainTitle } from './titles.js';

const WHATSAPP = /(?<![^ ])(?:whatsapp|waba|wa|zap|wpp)(?![^ ])/u;
const SMS = /(?<![^ ])(?:sms|mms|rcs)(?![^ ])/u;
/** Kinds whose cells say a yes or a no. */
const SAYS: ReadonlySet<OptOutKind> = new Set(['in', 'out']);

export interface OptOutColumn {
  index: number;
  kind: OptOutKind;
}

/** What the titles of a file say by themselves, before a mapping decides. Indexes count from 0. */
export interface TitleReading {
  /** Columns of numbers, the one that is taken first in front; none when no title tells. */
  phones: PhoneColumn[];
  /** By column. */
  roles: (NameRole | undefined)[];
  tags: number[];
  optOut: OptOutColumn[];
  /** Columns that say which country the number of a row is from, the one that goes first in front. */
  countries: number[];
  /** Columns that become nothing. */
  ignored: number[];
  /** True for an export of ours: the titles of attributes are their keys, and the cells their values, as they are. */
  isExport: boolean;
}

export function parseTitles(titles: readonly string[], below: readonly (readonly string[])[]): TitleReading {
  const inFront = [...titles.keys()].slice(0, rejectionColumns(titles));
  const own = ownExport(titles);
  if (own) return parseExport(titles, own, inFront);
  const phones = phoneColumns(titles, below);
  const reportCode = codeOfReport(titles);
  return {
    phones,
    roles: nameRoles(titles, below, phones[0]?.index),
    tags: titles.flatMap((title, index) => (isTagTitle(title) ? [index] : [])),
    optOut: optOutColumns(titles, reportCode),
    countries: countryColumns(titles, below).filter(
      (index) => !phones.some((phone) => phone.index === index),
    ),
    ignored: inFront,
    isExport: false,
  };
}

/**
 * Of several columns with the same part of a name those of a usual title count: `Customer name`, not `User name`. Where no
 * title says that it is a name, one of a person is: `Paciente`.
 */
function nameRoles(
  titles: readonly string[],
  below: readonly (readonly string[])[],
  phone: number | undefined,
): (NameRole | undefined)[] {
  const roles = titles.map((title, index) => (index === phone ? undefined : nameRole(title)));
  const usual = new Set(roles.filter((_, index) => isUsualNameTitle(titles[index] ?? '')));
  const known = roles.map((role, index) =>
    usual.has(role) && !isUsualNameTitle(titles[index] ?? '') ? undefined : role,
  );
  if (known.some((role) => role === 'fullName' || role === 'name' || role === 'firstName')) return known;
  const person = titles.findIndex(
    (title, index) =>
      index !== phone && isPersonTitle(title) && mayBeNames(below.map((row) => row[index] ?? '')),
  );
  return person < 0 ? known : known.with(person, 'name');
}

/** Where a column says what people think of WhatsApp, one about SMS only does not: `Consent SMS`, `Consent WhatsApp`. */
function optOutColumns(titles: readonly string[], reportCode: number | undefined): OptOutColumn[] {
  const columns = titles.flatMap((title, index): OptOutColumn[] => {
    const kind = optOutKind(title);
    if (kind === undefined) return index === reportCode ? [{ index, kind: 'anything' }] : [];
    return [{ index, kind }];
  });
  const isOf = (channel: RegExp, { index }: OptOutColumn) => channel.test(plainTitle(titles[index] ?? ''));
  return columns.some((column) => SAYS.has(column.kind) && isOf(WHATSAPP, column))
    ? columns.filter((column) => isOf(WHATSAPP, column) || !isOf(SMS, column))
    : columns;
}

function parseExport(titles: readonly string[], own: OwnExport, inFront: number[]): TitleReading {
  const optOut: OptOutColumn[] = [
    { index: own.optedOut, kind: 'out' },
    { index: own.consent, kind: 'status' },
  ];
  return {
    phones: [{ index: own.phone }],
    roles: titles.map((_, index) => (index === own.name ? 'name' : undefined)),
    tags: [own.tags].filter((index) => index >= 0),
    optOut: optOut.filter(({ index }) => index >= 0),
    countries: [],
    ignored: [...inFront, ...own.ignored],
    isExport: true,
  };
}
