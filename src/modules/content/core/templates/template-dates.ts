import type { FilterImplOptions, Liquid } from 'liquidjs';
import { isBlank } from './filter-rules.js';
import { noDate, parseDate } from './locale-format.js';

const FILTERS = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'];
/** Liquid's words for the moment of sending. */
const NOW = new Set(['now', 'today']);

type Handler = Extract<FilterImplOptions, (...args: never[]) => unknown>;

/**
 * Liquid's own filters of dates take what JavaScript makes a date of (`03/04/2026` is the 4th of March, wherever it was written)
 * and print what is none as it is. Here they read what `date_in` reads, and fail the text of the recipient for the rest.
 */
export function readDatesStrictly(engine: Liquid): void {
  for (const name of FILTERS) {
    const own: FilterImplOptions | undefined = engine.filters[name];
    if (typeof own !== 'function') throw new Error(`Liquid has no filter ${name}.`);
    engine.registerFilter(name, strict(name, own));
  }
}

function strict(name: string, own: Handler): Handler {
  return function (value: unknown, ...args: unknown[]): unknown {
    if (isBlank(value)) return '';
    if (typeof value === 'string' && NOW.has(value)) return own.call(this, value, ...args);
    const date = typeof value === 'string' || typeof value === 'number' ? parseDate(value) : undefined;
    if (!date) throw noDate(name, value);
    // A day is the same day everywhere: the zone behind the format of `date` must not shift it.
    const given = name === 'date' && date.onTheWall ? args.slice(0, 1) : args;
    return own.call(this, date.date, ...given);
  };
}
