/** A name as it is stored: trimmed, on one line; null when nothing is left. */
export function cleanName(name: string | null | undefined): string | null {
  return name?.replaceAll('\0', '').replace(/\s+/g, ' ').trim() || null;
}
