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
  return cleanFileName(unescaped(segment) ?? segment);
}

/**
 * The name a server gives with `Content-Disposition` (RFC 6266), the one with more than ASCII first; undefined without
 * one. Bytes beyond ASCII are read as UTF-8, which is what servers mean.
 */
export function fileNameOfHeader(disposition: string): string | undefined {
  const extended = /(?:^|;)\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  const plain = /(?:^|;)\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  const quoted = plain?.[1]?.replaceAll(/\\(.)/g, '$1') ?? plain?.[2];
  const given =
    (extended && unescaped(extended)) ?? (quoted && Buffer.from(quoted, 'latin1').toString('utf8'));
  // Without a name, or with one that is none.
  if (!given || cleanFileName(given) === FALLBACK) return undefined;
  return cleanFileName(given);
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not every percent sign begins an escape.
    return undefined;
  }
}

/** Keeps the ending, which tells programs what to do with the file. */
function shortened(name: string): string {
  if (name.length <= MAX_LENGTH) return name;
  const ending = /\.[a-z0-9]{1,10}$/i.exec(name)?.[0] ?? '';
  // The cut may have left half a character.
  return name.slice(0, MAX_LENGTH - ending.length).replace(/\p{Cs}$/u, '') + ending;
}
