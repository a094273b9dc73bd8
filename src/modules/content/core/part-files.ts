import { mediaKindOf, mediaLimits, readableSize, type MediaKind } from '../../../lib/media-types.js';
import type { MessageType } from '../../../transports/transport.js';

/** What a part's file must be; a document may be anything. */
const kinds: Partial<Record<MessageType, MediaKind>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  voice: 'audio',
};

const accepted: Record<MediaKind, string> = {
  image: 'JPEG or PNG',
  video: 'MP4 or 3GP',
  audio: 'AAC, AMR, MP3, M4A or Ogg with Opus',
  document: 'any file',
};

const VOICE = 'audio/ogg; codecs=opus';

/** Why a file cannot be sent as a part of this type, with the fix; undefined when it can. */
export function fileError(
  type: MessageType,
  file: { mimeType: string; sizeBytes: number },
): string | undefined {
  const kind = kinds[type] ?? 'document';
  const actual = mediaKindOf(file.mimeType);
  if (type === 'voice' && file.mimeType !== VOICE) {
    const instead = actual === 'audio' ? 'Convert it, or use' : 'Use another file, or';
    return `the file is ${file.mimeType}; phones play a voice message only as Ogg with Opus. ${instead} type ${actual}`;
  }
  if (kind !== 'document' && actual !== kind) {
    return `the file is ${file.mimeType}; a part of type ${type} takes ${accepted[kind]}. Use type ${actual}, or another file`;
  }
  if (file.sizeBytes > mediaLimits[kind]) {
    return `the file has ${readableSize(file.sizeBytes)}; WhatsApp takes at most ${readableSize(mediaLimits[kind])} as ${type}`;
  }
  return undefined;
}
