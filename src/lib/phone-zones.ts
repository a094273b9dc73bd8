import { getCountry } from 'countries-and-timezones';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import QuickLRU from 'quick-lru';
import { cached } from './cached.js';
import { areaDigits, zonesByArea } from './phone-areas.js';
import { isTimeZone } from './zone.js';

/** The zones of a number that belongs to no country, or to an unknown one. */
export const UNKNOWN_PLACE = '?';

/**
 * Where the owner of a number (E.164) may be, as far as the number tells, as a short key: a zone, an area such as
 * `+1907`, a country such as `RU`, or several countries that share a calling code. `zonesAt` returns the zones behind
 * it.
 */
export function timeZoneKey(phone: string): string {
  return cached(placesByPrefix, phone.slice(0, PLACE_PREFIX_LENGTH), () => readPlace(phone));
}

/** The country and the area of a number are within so many of its first characters, the plus sign included. */
export const PLACE_PREFIX_LENGTH = 9;
const MAX_PREFIXES = 100_000;
const placesByPrefix = new QuickLRU<string, string>({ maxSize: MAX_PREFIXES });

function readPlace(phone: string): string {
  const place = areaOf(phone) ?? countriesOf(phone);
  const zones = zonesAt(place);
  if (zones.length === 0) return UNKNOWN_PLACE;
  return zones.length === 1 ? (zones[0] ?? place) : place;
}

/** Every zone that is possible at a place; empty for an unknown place. */
export function zonesAt(place: string): readonly string[] {
  return cached(zonesByPlace, place, () => readZones(place));
}

function countriesOf(phone: string): string {
  const number = parsePhoneNumberFromString(phone);
  return number?.country ?? number?.getPossibleCountries().join(',') ?? UNKNOWN_PLACE;
}

const zonesByPlace = new Map<string, readonly string[]>();

function readZones(place: string): readonly string[] {
  const zones =
    zonesByArea.get(place) ?? (isTimeZone(place) && place.includes('/') ? [place] : ofCountries(place));
  return [...new Set(zones)].filter(isTimeZone);
}

function ofCountries(place: string): string[] {
  if (!/^[A-Z]{2}(,[A-Z]{2})*$/.test(place)) return [];
  return place.split(',').flatMap((code) => getCountry(code)?.timezones ?? []);
}

function areaOf(phone: string): string | undefined {
  for (const [callingCode, digits] of Object.entries(areaDigits)) {
    if (!phone.startsWith(callingCode)) continue;
    const area = phone.slice(0, callingCode.length + digits);
    return zonesByArea.has(area) ? area : undefined;
  }
  return undefined;
}
