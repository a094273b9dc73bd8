const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-02 14:05 (Europe/Berlin)`: a time as people there read it off the wall. Throws for a zone that is none. */
export function wallTime(at: Date, zone: string): string {
  return `${localTime(at, zone)} (${zone})`;
}

/** The same without naming the zone. */
export function localTime(at: Date, zone: string): string {
  let format = formats.get(zone);
  if (!format) {
    // Swedish writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    formats.set(zone, format);
  }
  return format.format(at);
}
