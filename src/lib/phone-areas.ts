import { northAmericanAreas } from './north-american-areas.js';

/**
 * Area codes that say more about the time of day than their country does: North America's, generated from libphonenumber's
 * data, and Brazil's by its states (Anatel's DDD). Of Brazil libphonenumber knows some exchanges only, and maps Manaus (92)
 * to the time of Brasília.
 */
const brazil: Readonly<Record<string, string>> = {
  'America/Sao_Paulo':
    '11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 64 71 73 74 75 77 79',
  'America/Araguaina': '63',
  'America/Campo_Grande': '67',
  'America/Cuiaba': '65 66',
  'America/Rio_Branco': '68',
  'America/Porto_Velho': '69',
  'America/Noronha America/Recife': '81',
  'America/Maceio': '82',
  'America/Fortaleza': '83 84 85 86 88 89 98 99',
  'America/Recife': '87',
  'America/Belem': '91 94 96',
  'America/Manaus': '92',
  'America/Santarem': '93',
  'America/Boa_Vista': '95',
  'America/Eirunepe America/Manaus': '97',
};

function expand(callingCode: string, areas: Readonly<Record<string, string>>): [string, string[]][] {
  return Object.entries(areas).flatMap(([zones, codes]) =>
    codes.split(' ').map((code): [string, string[]] => [callingCode + code, zones.split(' ')]),
  );
}

/** Zones by calling code and area code, such as `+1907`. */
export const zonesByArea: ReadonlyMap<string, readonly string[]> = new Map([
  ...expand('+1', northAmericanAreas),
  ...expand('+55', brazil),
]);

/** Digits of an area code, by calling code. */
export const areaDigits: Readonly<Record<string, number>> = { '+1': 3, '+55': 2 };
