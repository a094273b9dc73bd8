import type { MessageType, OutboundContent } from '../../transport.js';

/** What the ledger keeps of a content. */
export interface Seen {
  type: MessageType;
  /** The text; of other types what one can read: a caption, a poll's question, the name of a place or a person. */
  body: string;
  /** Which file it was; undefined for contents without one. */
  sha256: string | undefined;
}

export function seenOf(content: OutboundContent): Seen {
  const sha256 = 'media' in content ? content.media.sha256 : undefined;
  return { type: content.type, body: bodyOf(content), sha256 };
}

function bodyOf(content: OutboundContent): string {
  switch (content.type) {
    case 'text':
      return content.text;
    case 'image':
    case 'video':
    case 'document':
      return content.caption ?? '';
    case 'audio':
    case 'voice':
      return '';
    case 'location':
      return content.name ?? '';
    case 'contact':
      return content.displayName;
    case 'poll':
      return content.question;
  }
}
