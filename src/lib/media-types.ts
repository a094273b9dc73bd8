/** How WhatsApp treats a file. What it cannot show it takes as a document. */
export type MediaKind = 'image' | 'video' | 'audio' | 'document';

const MEGABYTE = 1_048_576;

/** Bytes a file of each kind may have (WhatsApp's Cloud API, "Supported media types"). */
export const mediaLimits: Readonly<Record<MediaKind, number>> = {
  image: 5 * MEGABYTE,
  video: 16 * MEGABYTE,
  audio: 16 * MEGABYTE,
  document: 100 * MEGABYTE,
};

/** Types that phones show or play themselves, by that same page. */
const kindsByType: Readonly<Record<string, MediaKind>> = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'video/mp4': 'video',
  'video/3gpp': 'video',
  'audio/aac': 'audio',
  'audio/amr': 'audio',
  'audio/mpeg': 'audio',
  'audio/mp4': 'audio',
  'audio/ogg; codecs=opus': 'audio',
};

export function mediaKindOf(mimeType: string): MediaKind {
  return kindsByType[mimeType] ?? 'document';
}

/** `5 MB`, `12.3 kB`: for people. */
export function readableSize(bytes: number): string {
  if (bytes >= MEGABYTE) return `${rounded(bytes / MEGABYTE)} MB`;
  return bytes >= 1_024 ? `${rounded(bytes / 1_024)} kB` : `${bytes} bytes`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
