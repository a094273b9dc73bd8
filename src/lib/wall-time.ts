const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-02 14:05 (Europe/Berlin)`: a time as people there read it off the wall. Throws for a zone that is none. */
export function wallTime(at: Date, timeZone: string): string {
  return `${localTime(at, timeZone)} (${timeZone})`;
}

/** The same without naming the zone. */
export function localTime(at: Date, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    // Swedish writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    formats.set(timeZone, format);
  }
  return format.format(at);
}
