import { Metadata } from 'libphonenumber-js/core';
import {
  getCountries,
  getCountryCallingCode,
  isSupportedCountry,
  type CountryCode,
} from 'libphonenumber-js/max';
import plans from 'libphonenumber-js/max/metadata';

/** How the numbers of a country look in E.164: all begin with `prefix`, and match `pattern` where a prefix is shared. */
export interface CountryNumbers {
  prefix: string;
  /** A regular expression that JavaScript and PostgreSQL read alike; undefined when the prefix says it all. */
  pattern: string | undefined;
}

/** What the library knows of a numbering plan beyond its published types. */
interface NumberingPlan {
  nationalNumberPattern(): string;
  leadingDigits(): string | undefined;
  type(name: string): { pattern(): string | undefined; possibleLengths(): number[] | undefined } | undefined;
}

const TYPES = [
  'FIXED_LINE',
  'MOBILE',
  'PREMIUM_RATE',
  'TOLL_FREE',
  'SHARED_COST',
  'VOIP',
  'PERSONAL_NUMBER',
  'PAGER',
  'UAN',
  'VOICEMAIL',
];

/**
 * Which numbers belong to a country (ISO 3166 alpha-2), as `normalisePhone` says it, in a form a database can look for.
 * Undefined for a code without a numbering plan.
 */
export function numbersOfCountry(code: string): CountryNumbers | undefined {
  const country = code.toUpperCase();
  if (!isSupportedCountry(country)) return undefined;
  const callingCode = getCountryCallingCode(country);
  const sharing = countriesSharing(callingCode);
  const prefix = `+${callingCode}`;
  if (sharing.length < 2) return { prefix, pattern: undefined };
  // The library takes the first country of the calling code whose plan fits.
  const earlier = sharing.slice(0, sharing.indexOf(country)).map((other) => `(?!${fits(other)})`);
  return { prefix, pattern: `^\\+${callingCode}${earlier.join('')}(?=${fits(country)})` };
}

/**
 * The country of a calling code, with or without a plus sign: of several the one it is known for (1: US), unless `named`
 * is another of them, or digits of an area behind it tell (1868: TT). Undefined for no calling code.
 */
export function countryOfCallingCode(code: string, named?: string): string | undefined {
  const digits = code.replace(/\D/g, '');
  const sharing = countriesSharing(digits);
  if (sharing.length > 0) return named !== undefined && sharing.includes(named) ? named : sharing[0];
  if (!/^1\d{3}$/.test(digits)) return undefined;
  const area = digits.slice(1);
  return countriesSharing('1').find((country) => {
    const leading = planOf(country).leadingDigits();
    return leading !== undefined && new RegExp(`^(?:${leading})$`).test(area);
  });
}

/** True for a number (E.164) with the calling code of the country. */
export function isOfCallingCode(phone: string, country: string): boolean {
  return isSupportedCountry(country) && phone.startsWith(`+${getCountryCallingCode(country)}`);
}

const byMobileLength = new Map<number, readonly CountryCode[]>();

/** The countries that have mobile numbers of so many digits, without the country code and what is dialled in front. */
export function countriesWithMobilesOf(digits: number): readonly CountryCode[] {
  const known = byMobileLength.get(digits);
  if (known) return known;
  const found = getCountries().filter((country) =>
    planOf(country).type('MOBILE')?.possibleLengths()?.includes(digits),
  );
  byMobileLength.set(digits, found);
  return found;
}

function countriesSharing(callingCode: string): string[] {
  const { metadata } = new Metadata(plans) as unknown as {
    metadata: { country_calling_codes: Record<string, string[]> };
  };
  return metadata.country_calling_codes[callingCode] ?? [];
}

/** Of a national number: leading digits where the country has its own, otherwise any of its kinds of numbers. */
function fits(country: string): string {
  const plan = planOf(country);
  const leading = plan.leadingDigits();
  if (leading) return `(?:${leading})`;
  const kinds = TYPES.flatMap((name) => {
    const type = plan.type(name);
    const pattern = type?.pattern();
    return type && pattern ? [`${ofLength(type.possibleLengths())}(?:${pattern})$`] : [];
  });
  return `(?=(?:${plan.nationalNumberPattern()})$)(?:${kinds.join('|')})`;
}

function ofLength(lengths: number[] | undefined): string {
  return lengths?.length ? `(?=(?:${lengths.map((length) => `\\d{${length}}`).join('|')})$)` : '';
}

function planOf(country: string): NumberingPlan {
  const metadata = new Metadata(plans);
  metadata.selectNumberingPlan(country as CountryCode);
  return metadata.numberingPlan as unknown as NumberingPlan;
}
