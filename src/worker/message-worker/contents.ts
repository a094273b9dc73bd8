import type { MediaFile, OutboundContent } from '../../transports/transport.js';
import {
  mediaIdOf,
  readableText,
  renderRemaining,
  type RenderedContent,
} from '../../modules/content/index.js';
import type { LoadedDelivery } from '../../modules/delivery/index.js';

/** Where the worker finds the files that contents name. */
export interface MediaDirectory {
  /** Undefined when it is gone. */
  find(tenantId: string, mediaId: string): Promise<MediaFile | undefined>;
}

/** A part that is ready: as it is kept, and as it is handed over. */
export interface ReadyPart {
  rendered: RenderedContent;
  outbound: OutboundContent;
}

/**
 * The remaining parts: as they were written when the delivery was made, or rendered from the templates of its source. A
 * part that is sent again after a crash is sent exactly as it was.
 */
export function contentsOf({ delivery, policy, resend }: LoadedDelivery): ReturnType<typeof renderRemaining> {
  const parts = policy.templates?.[delivery.variant] ?? policy.templates?.[0];
  const contents = parts
    ? renderRemaining({ ...delivery, parts })
    : { ok: true as const, contents: delivery.written ?? [] };
  const sameAgain = resend?.content;
  if (!contents.ok || !sameAgain) return contents;
  return { ok: true, contents: [sameAgain, ...contents.contents.slice(1)] };
}

/** Adds the files to the contents, where any has one; undefined when a file is gone, so that no part is sent. */
export function withFiles(
  tenantId: string,
  contents: readonly RenderedContent[],
  media: MediaDirectory,
): ReadyPart[] | undefined | Promise<ReadyPart[] | undefined> {
  if (contents.some((content) => 'mediaId' in content)) return findFiles(tenantId, contents, media);
  return contents.flatMap((rendered) => {
    const outbound = outboundOf(rendered, undefined);
    return outbound ? [{ rendered, outbound }] : [];
  });
}

async function findFiles(
  tenantId: string,
  contents: readonly RenderedContent[],
  media: MediaDirectory,
): Promise<ReadyPart[] | undefined> {
  const parts: ReadyPart[] = [];
  for (const rendered of contents) {
    const mediaId = mediaIdOf(rendered);
    const file = mediaId === undefined ? undefined : await media.find(tenantId, mediaId);
    const outbound = outboundOf(rendered, file);
    if (!outbound) return undefined;
    parts.push({ rendered, outbound });
  }
  return parts;
}

export function hasFile({ outbound }: ReadyPart): boolean {
  return 'media' in outbound;
}

/** Reads the files before the hand-over. Rejects when the store cannot read one. */
export async function readFiles(parts: readonly ReadyPart[]): Promise<void> {
  for (const { outbound } of parts) if ('media' in outbound) await outbound.media.read();
}

function outboundOf(rendered: RenderedContent, file: MediaFile | undefined): OutboundContent | undefined {
  if (!('mediaId' in rendered)) return rendered;
  if (!file) return undefined;
  switch (rendered.type) {
    case 'audio':
    case 'voice':
      return { type: rendered.type, media: file };
    case 'image':
    case 'video':
    case 'document': {
      const { type, caption, fileName = file.fileName } = rendered;
      return { type, media: { ...file, fileName }, ...(caption === undefined ? {} : { caption }) };
    }
  }
}

/** The part as its message stores it: the text, and the other fields, which plain text does not have. */
export function storedForm({ rendered }: ReadyPart): {
  type: string;
  body: string | null;
  content: RenderedContent | null;
} {
  return {
    type: rendered.type,
    body: readableText(rendered),
    content: rendered.type === 'text' ? null : rendered,
  };
}
