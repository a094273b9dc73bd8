const MAX_LENGTH = 255;
const FALLBACK = 'file';

/** A name without path, control and broken characters, short enough for every disk; `file` when nothing is left. */
export function cleanFileName(given: string): string {
  const base = given.split(/[/\\]/).at(-1) ?? '';
  const name = base.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\uFFFD]/gu, '').trim();
  if (name === '' || /^\.+$/.test(name)) return FALLBACK;
  return shortened(name);
}

/** The last segment of a URL's path. */
export function fileNameOfUrl(url: URL): string {
  const segment = url.pathname.split('/').at(-1) ?? '';
  try {
    return cleanFileName(decodeURIComponent(segment));
  } catch {
    // Not every percent sign in a path begins an escape.
    return cleanFileName(segment);
  }
}

/** Keeps the ending, which tells programs what to do with the file. */
function shortened(name: string): string {
  if (name.length <= MAX_LENGTH) return name;
  const ending = /\.[a-z0-9]{1,10}$/i.exec(name)?.[0] ?? '';
  // The cut may have left half a character.
  return name.slice(0, MAX_LENGTH - ending.length).replace(/\p{Cs}$/u, '') + ending;
}
